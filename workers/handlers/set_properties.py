"""set_properties: what a visitor has (contract §6)."""

from models.operations import SetProperties
from models.outcomes import Effect, Refusal
from models.rules.merge_patch import merge_patch
from models.working_set import visitors
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: SetProperties, batch: Reach) -> None:
    batch.visitor(operation.visitor_id)


def apply(operation: SetProperties, state: WorkingSet) -> Effect | Refusal:
    """Merges into the visitor and its contact, never into a company."""
    visitor = visitors.find_or_create(state, operation.visitor_id)
    visitors.gather(state, visitor, operation.properties)
    contact = state.contact_of(visitor)
    if contact is None:
        return Effect()
    merged = merge_patch(contact.metadata, operation.properties)
    state.journal.set(contact, "metadata", merged)
    return Effect(contact_id=contact.id)

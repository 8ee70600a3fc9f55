"""delete_contact: a person goes, its companies stay (contract §11)."""

from models.operations.contacts import DeleteContact
from models.outcomes import NOT_FOUND, Effect, Refusal
from models.working_set import removal
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: DeleteContact, batch: Reach) -> None:
    batch.contacts.add(operation.contact_id)
    batch.all_visitors_of.add(operation.contact_id)


def apply(operation: DeleteContact, state: WorkingSet) -> Effect | Refusal:
    contact = state.contact_by_id(operation.contact_id)
    if contact is None:
        return NOT_FOUND
    removal.remove_contact(state, contact)
    return Effect(contact_id=contact.id)

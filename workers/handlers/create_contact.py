"""create_contact: a person, and nothing beside it (contract §11)."""

from models.operations.contacts import CreateContact
from models.outcomes import Effect, Refusal
from models.working_set import contact_fields, contacts
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: CreateContact, batch: Reach) -> None:
    batch.identity(operation.email, operation.user_id)


def apply(operation: CreateContact, state: WorkingSet) -> Effect | Refusal:
    refusal = contact_fields.held_by_another(state, None, operation)
    if refusal is not None:
        return refusal
    contact = contacts.create(state, operation.user_id)
    contact_fields.write(state, contact, operation)
    return Effect(contact_id=contact.id, record=lambda: contact_fields.document(state, contact))

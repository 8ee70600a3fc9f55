"""update_contact: writes the sent fields of a contact (contract §11)."""

from models.operations.contacts import UpdateContact
from models.outcomes import NOT_FOUND, Effect, Refusal
from models.working_set import contact_fields
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: UpdateContact, batch: Reach) -> None:
    batch.contacts.add(operation.contact_id)
    batch.identity(operation.email, operation.user_id)


def apply(operation: UpdateContact, state: WorkingSet) -> Effect | Refusal:
    contact = state.contact_by_id(operation.contact_id)
    if contact is None:
        return NOT_FOUND
    refusal = contact_fields.held_by_another(state, contact, operation)
    if refusal is not None:
        return refusal
    contact_fields.write(state, contact, operation)
    return Effect(contact_id=contact.id, record=lambda: contact_fields.document(state, contact))

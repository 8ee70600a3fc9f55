"""A contact's own fields, as account routes write them (contract §11)."""

from models.documents.contact import contact_document
from models.operations.contacts import ContactFields
from models.operations.unset import Unset
from models.outcomes import Refusal, taken
from models.records import Contact, Json
from models.rules.merge_patch import merge_patch
from models.working_set import contacts
from models.working_set.state import WorkingSet


def held_by_another(
    state: WorkingSet, contact: Contact | None, fields: ContactFields
) -> Refusal | None:
    """Refuses an email or a user_id that matches another contact, an older address included."""
    holder = state.contact_by_email(fields.email)
    if holder is not None and holder is not contact:
        return taken("email", holder.id)
    holder = state.contact_by_user_id(fields.user_id)
    if holder is not None and holder is not contact:
        return taken("user_id", holder.id)
    return None


def write(state: WorkingSet, contact: Contact, fields: ContactFields) -> None:
    """Sets the fields that were sent, which nobody else holds; metadata merges."""
    contacts.replace_email(state, contact, fields.email)
    contacts.replace_user_id(state, contact, fields.user_id)
    change = state.journal.set
    change(contact, "name", fields.name or contact.name)
    if not isinstance(fields.phone, Unset):
        change(contact, "phone", fields.phone)
    if not isinstance(fields.notes, Unset):
        change(contact, "notes", fields.notes)
    if not isinstance(fields.tags, Unset):
        change(contact, "tags", list(fields.tags))
    if fields.metadata:
        change(contact, "metadata", merge_patch(contact.metadata, fields.metadata))


def document(state: WorkingSet, contact: Contact) -> Json:
    """The contact as it stands now."""
    return contact_document(contact, [company.id for company in state.companies_of(contact)])

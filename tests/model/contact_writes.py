"""create_contact, update_contact and delete_contact (contract §11)."""

from tests.model import request
from tests.model.metadata import merge_patch
from tests.model.outcome import RejectedError, Result
from tests.model.state import Contact, Event, Json, Row, State


def create_contact(state: State, body: Json, result: Result, *, contact_id: str) -> None:
    """Make a contact and nothing else."""
    contact = Contact(contact_id)
    _write(state, contact, body)
    state.contacts[contact_id] = contact
    result.contact_id = contact_id


def update_contact(state: State, body: Json, result: Result) -> None:
    """Write the sent fields of a contact."""
    contact = known_contact(state, body["contact_id"])
    _write(state, contact, body)
    result.contact_id = contact.id


def known_contact(state: State, contact_id: str) -> Contact:
    """The contact that an id names, a merged one's too; raises RejectedError for none."""
    contact = state.contact_by_id(contact_id)
    if contact is None:
        raise RejectedError(404, "not_found")
    return contact


def _write(state: State, contact: Contact, body: Json) -> None:
    email = request.email(body.get("email"))
    user_id = request.user_id(body.get("user_id"))
    _refuse_taken("email_taken", state.contact_by_address(email), contact)
    _refuse_taken("user_id_taken", state.contact_by_user_id(user_id), contact)
    _change_email(contact, email)
    contact.user_id = user_id or contact.user_id
    contact.name = request.given(body.get("name")) or contact.name
    if "phone" in body:
        contact.phone = request.given(body["phone"])
    if "notes" in body:
        contact.notes = request.notes(body["notes"])
    if "tags" in body:
        contact.tags = request.tags(body["tags"])
    contact.metadata = merge_patch(contact.metadata, body.get("metadata") or {})


def _refuse_taken(code: str, holder: Contact | None, contact: Contact) -> None:
    if holder is not None and holder is not contact:
        raise RejectedError(409, code, holder.id)


def _change_email(contact: Contact, email: str | None) -> None:
    """The new one replaces the old one, which matches nobody from now on."""
    if email is None or email == contact.email:
        return
    kept = [address for address in contact.addresses if address not in {contact.email, email}]
    contact.addresses = [*kept, email]
    contact.email = email


def delete_contact(state: State, body: Json, result: Result) -> None:
    """Remove a contact with its links and visitor events; companies and visitors stay."""
    contact = known_contact(state, body["contact_id"])
    for company in state.companies_of(contact):
        state.unlink(contact, company)
    for visitor in state.visitors_of(contact):
        visitor.contact_id = None
    for company in state.companies.values():
        if company.owner == contact.id:
            company.owner = None
    state.activity = [row for row in state.activity if not _goes_with(state, contact, row)]
    state.merged = {old: now for old, now in state.merged.items() if now != contact.id}
    del state.contacts[contact.id]
    result.contact_id = contact.id


def _goes_with(state: State, contact: Contact, row: Row) -> bool:
    """Visitor events, and what no company's activity holds."""
    if row.contact_id != contact.id:
        return False
    if isinstance(row, Event) and row.entity == "visitor":
        return True
    return row.company_id not in state.companies

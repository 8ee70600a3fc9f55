"""identify (contract §5)."""

from tests.model import request
from tests.model.companies import write_companies
from tests.model.contact_choice import Identity, choose_contact, is_trusted
from tests.model.metadata import merge_patch
from tests.model.outcome import Result
from tests.model.state import Contact, Json, State, Visitor


def identify(
    state: State,
    body: Json,
    result: Result,
    *,
    new_contact_id: str,
    new_company_id: str,
    email_signed: bool,
) -> None:
    """Visitor, contact, fields, companies, in this order."""
    visitor = state.visitor_or_new(request.identifier(body["visitor_id"]))
    was_anonymous = visitor.contact_id is None
    identity = Identity(request.user_id(body.get("user_id")), request.email(body.get("email")))
    if not is_trusted(state, visitor, identity, email_signed=email_signed):
        result.warn("email_unverified", "/email")
        identity = Identity(identity.user_id, None)
    contact = choose_contact(state, visitor, identity, new_contact_id, result)
    if contact is None:
        _write_anonymous(visitor, body, result)
        return
    if was_anonymous:
        _bring_along(state, visitor, contact)
    _write_fields(contact, body)
    result.contact_id = contact.id
    write_companies(state, visitor, contact, body, new_company_id, result)


def _write_anonymous(visitor: Visitor, body: Json, result: Result) -> None:
    visitor.properties = merge_patch(visitor.properties, body.get("metadata") or {})
    if body.get("company_ids"):
        result.warn("contact_required", "/company_ids")
    if not request.company_part(body.get("company")).says_nothing:
        result.warn("contact_required", "/company")


def _bring_along(state: State, visitor: Visitor, contact: Contact) -> None:
    """What a visitor gathered while it had no contact becomes the contact's."""
    contact.metadata = merge_patch(visitor.properties, contact.metadata)
    for event in state.events:
        if event.visitor_id == visitor.visitor_id and event.contact_id is None:
            event.contact_id = contact.id


def _write_fields(contact: Contact, body: Json) -> None:
    contact.name = request.given(body.get("name")) or contact.name
    contact.phone = request.given(body.get("phone")) or contact.phone
    contact.metadata = merge_patch(contact.metadata, body.get("metadata") or {})

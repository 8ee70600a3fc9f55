"""link_company and unlink_company (contract §5.5, §11)."""

from tests.model.contact_writes import known_contact
from tests.model.outcome import RejectedError, Result
from tests.model.placeholder import fold_own_placeholders
from tests.model.request import identifier
from tests.model.state import Company, Contact, Json, State


def link_company(state: State, body: Json, result: Result) -> None:
    """Link a contact with a company; a real one makes the contact's placeholder fold."""
    contact, company = _both(state, body, result)
    state.link(contact, company)
    if not company.placeholder:
        fold_own_placeholders(state, contact, None)


def unlink_company(state: State, body: Json, result: Result) -> None:
    """Take a link away; one that is not there is gone already."""
    contact, company = _both(state, body, result)
    state.unlink(contact, company)


def _both(state: State, body: Json, result: Result) -> tuple[Contact, Company]:
    contact = known_contact(state, body["contact_id"])
    company = known_company(state, body["company_id"])
    result.contact_id, result.company_id = contact.id, company.id
    return contact, company


def known_company(state: State, reference: object) -> Company:
    """The company that an id or external id names; raises RejectedError for none."""
    company = state.company_by_reference(identifier(reference))
    if company is None:
        raise RejectedError(404, "not_found")
    return company

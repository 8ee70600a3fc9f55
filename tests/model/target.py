"""The target company (contract §8)."""

from tests.model.outcome import RejectedError, Result
from tests.model.request import identifier
from tests.model.state import Company, Contact, Json, State, Visitor


def implied_company(
    state: State, visitor: Visitor, contact: Contact, result: Result, pointer: str
) -> Company | None:
    """The active linked company, the only one, or the oldest link; None if that is ambiguous."""
    linked = state.companies_of(contact)
    for company in linked:
        if company.id == visitor.active_company_id:
            return company
    if len(linked) == 1:
        return linked[0]
    if not state.settings["first_linked_fallback"]:
        return None
    result.warn("first_linked_fallback", pointer)
    return linked[0]


def linked_company(state: State, contact: Contact | None, reference: object) -> Company:
    """The company that an explicit `company_id` names; it never falls back."""
    company = state.company_by_reference(identifier(reference))
    if contact is None or company is None or not state.is_linked(contact, company):
        raise RejectedError(400, "company_not_linked")
    return company


def target_company(state: State, visitor: Visitor | None, body: Json, result: Result) -> Company:
    """The company that a company event, a stage or a deal goes to."""
    reference = body.get("company_id")
    contact = state.contact_of(visitor)
    if visitor is None or contact is None:
        raise RejectedError(400, "visitor_not_linked")
    if reference is not None:
        return linked_company(state, contact, reference)
    if not state.companies_of(contact):
        raise RejectedError(400, "visitor_not_linked")
    company = implied_company(state, visitor, contact, result, "/company_id")
    if company is None:
        raise RejectedError(400, "company_ambiguous")
    return company

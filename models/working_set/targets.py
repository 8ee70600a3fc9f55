"""The target company of a write, from the visitor's links (contract §8, §9)."""

from dataclasses import dataclass, field

from models.outcomes import (
    COMPANY_AMBIGUOUS,
    COMPANY_NOT_LINKED,
    VISITOR_NOT_FOUND,
    VISITOR_NOT_LINKED,
    OperationWarning,
    Refusal,
)
from models.records import Company, Contact, Visitor
from models.rules.target_company import Target, target_company
from models.working_set.state import WorkingSet


def first_linked_fallback(pointer: str) -> OperationWarning:
    """The warning that the oldest link was used; it points at what would have named a company."""
    return OperationWarning(
        code="first_linked_fallback",
        detail="The contact has several companies and none is active; the oldest link was used.",
        pointer=pointer,
    )


@dataclass(frozen=True, slots=True)
class Resolved:
    contact: Contact
    company: Company
    warnings: list[OperationWarning] = field(default_factory=list)


def linked_company(state: WorkingSet, contact: Contact, reference: str) -> Company | None:
    """The company that the reference names, if it is linked to the contact."""
    company = state.company_by_reference(reference)
    if company is None or company.id not in state.links_of_contact[contact.id]:
        return None
    return company


def target_of(state: WorkingSet, contact: Contact, visitor: Visitor) -> Target:
    """The target without an explicit id."""
    return target_company(
        [company.id for company in state.companies_of(contact)],
        visitor.active_company_id,
        first_linked_fallback=state.settings.first_linked_fallback,
    )


def target_of_known_visitor(
    state: WorkingSet, visitor_id: str, explicit: str | None
) -> Resolved | Refusal:
    """The company that a write speaks of which does not make visitors (§9)."""
    visitor = state.visitors.get(visitor_id)
    return VISITOR_NOT_FOUND if visitor is None else resolve_target(state, visitor, explicit)


def resolve_target(
    state: WorkingSet, visitor: Visitor | None, explicit: str | None
) -> Resolved | Refusal:
    """The company that a write by this visitor speaks of, checked in the order of §9."""
    contact = state.contact_of(visitor)
    if visitor is None or contact is None:
        return VISITOR_NOT_LINKED
    if explicit is not None:
        company = linked_company(state, contact, explicit)
        return COMPANY_NOT_LINKED if company is None else Resolved(contact, company)
    target = target_of(state, contact, visitor)
    if target.why == "none":
        return VISITOR_NOT_LINKED
    if target.company_id is None:
        return COMPANY_AMBIGUOUS
    warnings = [first_linked_fallback("/company_id")] if target.why == "oldest" else []
    return Resolved(contact, state.companies[target.company_id], warnings)

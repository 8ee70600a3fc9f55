"""link_company: joins a contact and a company (contract §11)."""

from models.operations.contacts import LinkCompany
from models.outcomes import NOT_FOUND, Effect, Refusal
from models.working_set import links, placeholders
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: LinkCompany, batch: Reach) -> None:
    batch.contacts.add(operation.contact_id)
    batch.company(operation.company_id)


def apply(operation: LinkCompany, state: WorkingSet) -> Effect | Refusal:
    """A real company folds the contact's own placeholder, as in identify (§5.5)."""
    contact = state.contact_by_id(operation.contact_id)
    company = state.company_by_reference(operation.company_id)
    if contact is None or company is None:
        return NOT_FOUND
    links.link(state, contact, company)
    if not company.placeholder:
        placeholders.make_way(state, contact, None)
    return Effect(contact_id=contact.id, company_id=company.id)

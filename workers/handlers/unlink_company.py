"""unlink_company: takes a link away (contract §11)."""

from models.operations.contacts import UnlinkCompany
from models.outcomes import NOT_FOUND, Effect, Refusal
from models.working_set import links
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: UnlinkCompany, batch: Reach) -> None:
    batch.contacts.add(operation.contact_id)
    batch.company(operation.company_id)


def apply(operation: UnlinkCompany, state: WorkingSet) -> Effect | Refusal:
    """What is not linked is unlinked already."""
    contact = state.contact_by_id(operation.contact_id)
    company = state.company_by_reference(operation.company_id)
    if contact is None or company is None:
        return NOT_FOUND
    links.unlink(state, contact, company)
    return Effect(contact_id=contact.id, company_id=company.id)

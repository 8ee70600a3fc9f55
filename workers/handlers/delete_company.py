"""delete_company: an account goes, its contacts stay (contract §11)."""

from models.operations.companies import DeleteCompany
from models.outcomes import NOT_FOUND, Effect, Refusal
from models.working_set import removal
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: DeleteCompany, batch: Reach) -> None:
    batch.company(operation.company_id)
    batch.all_links_of.add(operation.company_id)


def apply(operation: DeleteCompany, state: WorkingSet) -> Effect | Refusal:
    company = state.company_by_reference(operation.company_id)
    if company is None:
        return NOT_FOUND
    removal.remove_company(state, company)
    return Effect(company_id=company.id)

"""update_company: writes the sent fields of a company (contract §11)."""

from models.operations.companies import UpdateCompany
from models.operations.unset import Unset
from models.outcomes import NOT_FOUND, Effect, Refusal
from models.working_set import company_fields
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: UpdateCompany, batch: Reach) -> None:
    batch.company(operation.company_id)
    if not isinstance(operation.external_id, Unset):
        batch.company(operation.external_id)


def apply(operation: UpdateCompany, state: WorkingSet) -> Effect | Refusal:
    company = state.company_by_reference(operation.company_id)
    if company is None:
        return NOT_FOUND
    refusal = company_fields.refused(state, company, operation)
    if refusal is not None:
        return refusal
    company_fields.write(state, company, operation)
    return Effect(company_id=company.id, record=lambda: company_fields.document(state, company))

"""create_company: an account, and nothing beside it (contract §11)."""

from models.operations.companies import CreateCompany
from models.operations.unset import Unset
from models.outcomes import Effect, Refusal
from models.working_set import companies, company_fields
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: CreateCompany, batch: Reach) -> None:
    if not isinstance(operation.external_id, Unset):
        batch.company(operation.external_id)


def apply(operation: CreateCompany, state: WorkingSet) -> Effect | Refusal:
    refusal = company_fields.refused(state, None, operation)
    if refusal is not None:
        return refusal
    company = companies.create(state)
    company_fields.write(state, company, operation)
    return Effect(company_id=company.id, record=lambda: company_fields.document(state, company))

"""A company's own fields, as account routes write them (contract §11)."""

from dataclasses import replace

from models.documents.company import company_document
from models.operations.companies import CompanyFields
from models.operations.unset import Unset
from models.outcomes import STAGE_NOT_FOUND, Refusal, taken
from models.records import Company, Json
from models.rules.stage import stage_name_key
from models.working_set import companies
from models.working_set.state import WorkingSet


def refused(state: WorkingSet, company: Company | None, fields: CompanyFields) -> Refusal | None:
    """Refuses an external id that another company has, and a stage that does not exist."""
    if not isinstance(fields.external_id, Unset) and fields.external_id is not None:
        holder_id = state.company_id_by_external_id.get(fields.external_id)
        if holder_id is not None and (company is None or holder_id != company.id):
            return taken("external_id", holder_id)
    if isinstance(fields.stage, Unset) or fields.stage is None:
        return None
    known = stage_name_key(fields.stage) in state.stage_by_key
    return None if known else replace(STAGE_NOT_FOUND, pointer="/stage")


def write(state: WorkingSet, company: Company, fields: CompanyFields) -> None:
    """Sets the fields that were sent and not refused; a stage is exact, metadata merges."""
    if not isinstance(fields.external_id, Unset):
        companies.replace_external_id(state, company, fields.external_id)
    if fields.name is not None:
        companies.rename(state, company, fields.name)
    if not isinstance(fields.domain, Unset):
        state.journal.set(company, "domain", fields.domain)
    if not isinstance(fields.industry, Unset):
        state.journal.set(company, "industry", fields.industry)
    if not isinstance(fields.stage, Unset):
        companies.put_in_stage(state, company, _stage_id(state, fields.stage), None)
    if not isinstance(fields.deal_value_e4, Unset):
        companies.put_deal_value(state, company, fields.deal_value_e4, None)
    if not isinstance(fields.notes, Unset):
        companies.put_notes(state, company, fields.notes, None)
    if fields.metadata:
        companies.merge_metadata(state, company, fields.metadata)


def _stage_id(state: WorkingSet, name: str | None) -> str | None:
    return None if name is None else state.stage_by_key[stage_name_key(name)].id


def document(state: WorkingSet, company: Company) -> Json:
    """The company as it stands now."""
    stage = None if company.stage_id is None else state.stages[company.stage_id].name
    return company_document(company, stage)

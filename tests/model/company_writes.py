"""create_company, update_company and delete_company (contract §9, §11)."""

from tests.model import request
from tests.model.link_writes import known_company
from tests.model.metadata import merge_patch
from tests.model.outcome import RejectedError, Result
from tests.model.placeholder import make_real
from tests.model.stage_and_deal import find_stage, write_deal_value, write_notes, write_stage
from tests.model.state import Company, Json, State


def create_company(state: State, body: Json, result: Result, *, company_id: str) -> None:
    """Make a real company and nothing else."""
    company = Company(company_id)
    _write(state, company, body)
    state.companies[company_id] = company
    result.company_id = company_id


def update_company(state: State, body: Json, result: Result) -> None:
    """Write the sent fields of a company; a name makes a placeholder a real one."""
    company = known_company(state, body["company_id"])
    _write(state, company, body)
    result.company_id = company.id


def _write(state: State, company: Company, body: Json) -> None:
    if "external_id" in body:
        company.external_id = _free_external_id(state, company, body["external_id"])
    name = request.given(body.get("name"))
    if name:
        company.name = name
        make_real(company)
    if "domain" in body:
        company.domain = request.domain(body["domain"])
    if "industry" in body:
        company.industry = request.given(body["industry"])
    if "stage" in body:
        write_stage(state, company, _known_stage(state, body["stage"]), None)
    if "deal_value" in body:
        write_deal_value(state, company, request.deal_value(body["deal_value"]), None)
    if "notes" in body:
        write_notes(state, company, request.notes(body["notes"]), None)
    company.metadata = merge_patch(company.metadata, body.get("metadata") or {})


def _free_external_id(state: State, company: Company, raw: object) -> str | None:
    if raw is None:
        return None
    external_id = request.identifier(raw)
    for holder in state.companies.values():
        if holder.external_id == external_id and holder is not company:
            raise RejectedError(409, "external_id_taken", holder.id)
    return external_id


def _known_stage(state: State, raw: object) -> str | None:
    name = request.given(raw)
    stage = find_stage(state, name) if name else None
    if name and stage is None:
        raise RejectedError(400, "stage_not_found")
    return stage


def delete_company(state: State, body: Json, result: Result) -> None:
    """Remove a company and its links; contacts stay, without a placeholder instead."""
    company = known_company(state, body["company_id"])
    for contact in state.contacts.values():
        state.unlink(contact, company)
    for visitor in state.visitors.values():
        if visitor.active_company_id == company.id:
            visitor.active_company_id = None
    state.activity = [
        row
        for row in state.activity
        if row.company_id != company.id or row.contact_id in state.contacts
    ]
    del state.companies[company.id]
    result.company_id = company.id

"""The companies of an identify (contract §5.5)."""

from tests.model.metadata import merge_patch
from tests.model.outcome import Result
from tests.model.placeholder import fold_own_placeholders, make_placeholder, make_real
from tests.model.request import CompanyPart, company_part, identifier
from tests.model.stage_and_deal import find_stage, move_stage
from tests.model.state import Company, Contact, Json, State, Visitor
from tests.model.target import implied_company


def write_companies(
    state: State,
    visitor: Visitor,
    contact: Contact,
    body: Json,
    new_company_id: str,
    result: Result,
) -> None:
    """Link, fold, make a placeholder where none is, then write the company that is meant."""
    part = company_part(body.get("company"))
    _link_listed(state, contact, body.get("company_ids") or [], result)
    meant = _establish(state, visitor, contact, part, new_company_id, result)
    meant = fold_own_placeholders(state, contact, meant)
    if not state.companies_of(contact):
        _give_one(state, contact, part, new_company_id)
    if part.id is None and not part.says_nothing:
        meant = implied_company(state, visitor, contact, result, "/company")
        if meant is None:
            result.warn("company_ambiguous", "/company")
    if meant is not None:
        _write(state, contact, meant, part, body.get("stage_update_mode"), result)
    result.company_id = _company_to_name(state, visitor, contact, meant)


def _give_one(state: State, contact: Contact, part: CompanyPart, new_company_id: str) -> None:
    """A placeholder; a company that is named at once is a real one when it is linked."""
    if part.id is None and part.name:
        state.companies[new_company_id] = Company(new_company_id, name=part.name)
        state.link(contact, state.companies[new_company_id])
    else:
        make_placeholder(state, contact, new_company_id)


def _link_listed(state: State, contact: Contact, references: list[object], result: Result) -> None:
    for index, reference in enumerate(references):
        company = state.company_by_reference(identifier(reference))
        if company is None:
            result.warn("company_not_found", f"/company_ids/{index}")
        else:
            state.link(contact, company)


def _establish(
    state: State,
    visitor: Visitor,
    contact: Contact,
    part: CompanyPart,
    new_company_id: str,
    result: Result,
) -> Company | None:
    """The company that `company.id` makes the active one, linked and named."""
    if part.id is None:
        return None
    company = state.company_by_reference(part.id)
    if company is None:
        company = _upgrade_or_create(state, contact, part, new_company_id)
    if company is None:
        result.warn("company_not_found", "/company/id")
        return None
    _fill_name(company, part.name)
    state.link(contact, company)
    visitor.active_company_id = company.id
    return company


def _upgrade_or_create(
    state: State, contact: Contact, part: CompanyPart, new_company_id: str
) -> Company | None:
    """What becomes of an unknown `company.id`; None if it changes nothing."""
    linked = state.companies_of(contact)
    at_most_a_placeholder = not linked or (len(linked) == 1 and linked[0].placeholder)
    if not state.settings["create_unknown_companies"] and not (part.name and at_most_a_placeholder):
        return None
    if linked and at_most_a_placeholder:
        company = linked[0]
    else:
        company = state.companies.setdefault(new_company_id, Company(new_company_id))
    make_real(company)
    company.external_id = part.id
    return company


def _write(
    state: State,
    contact: Contact,
    company: Company,
    part: CompanyPart,
    mode: str | None,
    result: Result,
) -> None:
    _fill_name(company, part.name)
    company.metadata = merge_patch(company.metadata, part.metadata)
    if part.stage is None:
        return
    stage = find_stage(state, part.stage)
    if stage is None:
        result.warn("stage_not_found", "/company/stage")
    else:
        result.stage = move_stage(state, company, stage, mode, contact)


def _fill_name(company: Company, name: str | None) -> None:
    if name and not company.name:
        company.name = name
        make_real(company)


def _company_to_name(
    state: State, visitor: Visitor, contact: Contact, meant: Company | None
) -> str | None:
    linked = [company.id for company in state.companies_of(contact)]
    if meant is not None:
        return meant.id
    if visitor.active_company_id in linked:
        return visitor.active_company_id
    return linked[0] if len(linked) == 1 else None

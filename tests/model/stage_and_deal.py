"""set-stage, set-deal and the precedence of stages (contract §9)."""

from decimal import Decimal

from tests.model.outcome import RejectedError, Result
from tests.model.request import deal_value, given, identifier
from tests.model.state import Company, DealChange, Json, StageChange, State
from tests.model.target import target_company


def set_stage(state: State, body: Json, result: Result) -> None:
    """Move the target company to a stage."""
    company = _company_to_write(state, body, result)
    stage = _known_stage(state, body["stage_name"])
    result.stage = move_stage(state, company, stage, body.get("stage_update_mode"))


def set_deal(state: State, body: Json, result: Result) -> None:
    """Write deal value, notes and, if given, the stage of the target company."""
    company = _company_to_write(state, body, result)
    if given(body.get("stage_name")):
        stage = _known_stage(state, body["stage_name"])
        result.stage = move_stage(state, company, stage, body.get("stage_update_mode"))
    write_deal_value(state, company, deal_value(body["deal_value"]))
    if "notes" in body:
        company.notes = given(body["notes"])


def _company_to_write(state: State, body: Json, result: Result) -> Company:
    visitor = state.visitors.get(identifier(body["visitor_id"]))
    if visitor is None:
        raise RejectedError(404, "visitor_not_found")
    company = target_company(state, visitor, body, result)
    result.contact_id = visitor.contact_id
    result.company_id = company.id
    return company


def _known_stage(state: State, name: str) -> str:
    stage = find_stage(state, name)
    if stage is None:
        raise RejectedError(400, "stage_not_found")
    return stage


def find_stage(state: State, name: str) -> str | None:
    """The pipeline's own spelling; names match trimmed and case-folded."""
    for stage in state.stages:
        if stage.strip().casefold() == name.strip().casefold():
            return stage
    return None


def move_stage(state: State, company: Company, to: str, mode: str | None) -> dict[str, str | None]:
    """Write the stage unless `advance_only` forbids it, and say what became of it."""
    before = company.stage
    change = _change(state, before, to, mode or str(state.settings["stage_update_mode"]))
    if change not in {"unchanged", "skipped"}:
        write_stage(state, company, to)
    return {"change": change, "from": before, "to": to}


def _change(state: State, before: str | None, to: str, mode: str) -> str:
    if before is None:
        return "set"
    if before == to:
        return "unchanged"
    if state.stages.index(to) > state.stages.index(before):
        return "advanced"
    return "moved_back" if mode == "exact" else "skipped"


def write_stage(state: State, company: Company, to: str) -> None:
    """A real change is recorded."""
    state.stage_changes.append(StageChange(company.id, company.stage, to))
    company.stage = to


def write_deal_value(state: State, company: Company, to: Decimal | None) -> None:
    """A real change is recorded; the same value is none."""
    if company.deal_value != to:
        state.deal_changes.append(DealChange(company.id, company.deal_value, to))
        company.deal_value = to

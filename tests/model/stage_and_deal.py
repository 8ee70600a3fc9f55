"""set-stage, set-deal and the precedence of stages (contract §9)."""

from decimal import Decimal
from unicodedata import normalize

from tests.model.outcome import RejectedError, Result
from tests.model.request import deal_value, given, identifier, notes
from tests.model.state import Company, Contact, Json, State
from tests.model.target import target_company


def set_stage(state: State, body: Json, result: Result) -> None:
    """Move the target company to a stage."""
    contact, company = _company_to_write(state, body, result)
    stage = _known_stage(state, body["stage_name"])
    mode = body.get("stage_update_mode")
    result.stage = move_stage(state, company, stage, mode, contact)


def set_deal(state: State, body: Json, result: Result) -> None:
    """Write deal value, notes and, if given, the stage of the target company."""
    contact, company = _company_to_write(state, body, result)
    if given(body.get("stage_name")):
        stage = _known_stage(state, body["stage_name"])
        mode = body.get("stage_update_mode")
        result.stage = move_stage(state, company, stage, mode, contact)
    write_deal_value(state, company, deal_value(body["deal_value"]), contact)
    if "notes" in body:
        write_notes(state, company, notes(body["notes"]), contact)


def _company_to_write(state: State, body: Json, result: Result) -> tuple[Contact, Company]:
    visitor = state.visitors.get(identifier(body["visitor_id"]))
    if visitor is None:
        raise RejectedError(404, "visitor_not_found")
    company = target_company(state, visitor, body, result)
    contact = state.contact_of(visitor)
    assert contact is not None
    result.contact_id = contact.id
    result.company_id = company.id
    return contact, company


def _known_stage(state: State, name: str) -> str:
    stage = find_stage(state, name)
    if stage is None:
        raise RejectedError(400, "stage_not_found")
    return stage


def find_stage(state: State, name: str) -> str | None:
    """The pipeline's own spelling; names match trimmed and case-folded."""
    for stage in state.stages:
        if same_name(stage.name, name):
            return stage.name
    return None


def same_name(one: str, other: str) -> bool:
    """Whether two names are one stage's."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return normalize("NFC", normalize("NFC", name.strip()).casefold())


def move_stage(
    state: State, company: Company, to: str, mode: str | None, contact: Contact
) -> dict[str, str | None]:
    """Write the stage unless `advance_only` forbids it, and say what became of it."""
    before = company.stage
    change = _change(state, before, to, mode or str(state.settings["stage_update_mode"]))
    if change not in {"unchanged", "skipped"}:
        write_stage(state, company, to, contact)
    return {"change": change, "from": before, "to": to}


def _change(state: State, before: str | None, to: str, mode: str) -> str:
    if before is None:
        return "set"
    if before == to:
        return "unchanged"
    order = [stage.name for stage in state.stages]
    if order.index(to) > order.index(before):
        return "advanced"
    return "moved_back" if mode == "exact" else "skipped"


def write_stage(state: State, company: Company, to: str | None, contact: Contact | None) -> None:
    """A real change is recorded, with the contact of the visitor whose call made it."""
    if company.stage != to:
        detail = {"from": company.stage, "to": to}
        state.record("stage_changed", contact, company, detail)
        company.stage = to


def write_deal_value(
    state: State, company: Company, to: Decimal | None, contact: Contact | None
) -> None:
    """A real change is recorded; the same value is none."""
    if company.deal_value != to:
        detail = {"from": company.deal_value, "to": to}
        state.record("deal_changed", contact, company, detail)
        company.deal_value = to


def write_notes(state: State, company: Company, to: str | None, contact: Contact | None) -> None:
    """A real change is recorded."""
    if company.notes != to:
        detail = {"from": company.notes, "to": to}
        state.record("notes_changed", contact, company, detail)
        company.notes = to

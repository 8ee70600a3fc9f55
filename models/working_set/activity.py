"""Rows of the timelines, made by the operation at hand (contract §7, §9, §11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.records import Activity, Json, Visitor
from models.working_set.state import WorkingSet


@dataclass(frozen=True, slots=True)
class Event:
    """A milestone: `value` is a string, number, boolean or None."""

    name: str
    value: Any
    entity: str
    occurred_at_ms: int


def record(
    state: WorkingSet,
    kind: str,
    detail: Json,
    *,
    contact_id: str | None = None,
    company_id: str | None = None,
) -> Activity:
    """Adds a row of something that happened when the operation was accepted."""
    return _add(state, _row(state, kind, detail, contact_id=contact_id, company_id=company_id))


def record_unlinked(state: WorkingSet, pairs: Sequence[tuple[str, str]]) -> None:
    """Adds a row for each link, by contact and company id, that goes with one of its sides."""
    for contact_id, company_id in pairs:
        record(state, "unlinked", {}, contact_id=contact_id, company_id=company_id)


def record_event(
    state: WorkingSet, visitor: Visitor, company_id: str | None, event: Event
) -> Activity:
    """Adds an event of the visitor, in its contact's timeline and the company's activity (§7)."""
    detail = {"value": event.value, "entity": event.entity}
    row = _row(state, "event", detail, contact_id=visitor.contact_id, company_id=company_id)
    row.visitor_id = visitor.visitor_id
    row.name = event.name
    row.occurred_at_ms = event.occurred_at_ms
    return _add(state, row)


def _row(
    state: WorkingSet, kind: str, detail: Json, *, contact_id: str | None, company_id: str | None
) -> Activity:
    occasion = state.occasion
    return Activity(
        id=f"act_{occasion.stem}_{state.made}",
        kind=kind,
        operation_id=occasion.operation_id,
        rank=state.next_rank(),
        occurred_at_ms=occasion.accepted_at_ms,
        recorded_at_ms=occasion.accepted_at_ms,
        contact_id=contact_id,
        company_id=company_id,
        detail=detail,
    )


def _add(state: WorkingSet, row: Activity) -> Activity:
    state.made += 1
    put = state.journal.put
    put(state.activity, row.id, row)
    if row.contact_id is not None:
        put(state.activity_of_contact[row.contact_id], row.id, True)
    elif row.visitor_id is not None:
        put(state.unclaimed_activity[row.visitor_id], row.id, True)
    if row.company_id is not None:
        put(state.activity_of_company[row.company_id], row.id, True)
    return row


def claim(state: WorkingSet, visitor_id: str, contact_id: str) -> None:
    """What the visitor did before it had a contact goes into the contact's timeline (§7)."""
    state.sweep("claim_activity", visitor_id, contact_id)
    for row_id in list(state.unclaimed_activity[visitor_id]):
        _to_contact(state, row_id, contact_id)
        state.journal.drop(state.unclaimed_activity[visitor_id], row_id)


def move_to_contact(state: WorkingSet, from_id: str, to_id: str) -> None:
    state.sweep("activity_to_contact", from_id, to_id)
    for row_id in list(state.activity_of_contact[from_id]):
        _to_contact(state, row_id, to_id)
        state.journal.drop(state.activity_of_contact[from_id], row_id)


def move_events_to_company(state: WorkingSet, from_id: str, to_id: str) -> None:
    """Events only: what a placeholder's own stage and deal were, the real company's never were."""
    state.sweep("events_to_company", from_id, to_id)
    for row_id in list(state.activity_of_company[from_id]):
        if state.activity[row_id].kind == "event":
            state.journal.set(state.activity[row_id], "company_id", to_id)
            state.journal.put(state.activity_of_company[to_id], row_id, True)
            state.journal.drop(state.activity_of_company[from_id], row_id)


def _to_contact(state: WorkingSet, row_id: str, contact_id: str) -> None:
    state.journal.set(state.activity[row_id], "contact_id", contact_id)
    state.journal.put(state.activity_of_contact[contact_id], row_id, True)

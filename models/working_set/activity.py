"""Rows of the timelines, made by the operation at hand (contract §7, §9, §11)."""

from models.records import Activity, Json
from models.working_set.state import WorkingSet


def record(
    state: WorkingSet,
    kind: str,
    *,
    contact_id: str | None = None,
    company_id: str | None = None,
    visitor_id: str | None = None,
    name: str | None = None,
    detail: Json | None = None,
    occurred_at_ms: int | None = None,
) -> Activity:
    """Adds a row; without `occurred_at_ms` it happened when the operation was accepted."""
    occasion = state.occasion
    row = Activity(
        id=f"act_{occasion.stem}_{state.made}",
        kind=kind,
        operation_id=occasion.operation_id,
        rank=state.next_rank(),
        occurred_at_ms=occasion.accepted_at_ms if occurred_at_ms is None else occurred_at_ms,
        recorded_at_ms=occasion.accepted_at_ms,
        contact_id=contact_id,
        company_id=company_id,
        visitor_id=visitor_id,
        name=name,
        detail=detail or {},
    )
    state.made += 1
    put = state.journal.put
    put(state.activity, row.id, row)
    if contact_id is not None:
        put(state.activity_of_contact[contact_id], row.id, True)
    elif visitor_id is not None:
        put(state.unclaimed_activity[visitor_id], row.id, True)
    if company_id is not None:
        put(state.activity_of_company[company_id], row.id, True)
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

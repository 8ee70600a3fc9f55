"""track (contract §7)."""

from datetime import UTC, datetime

from tests.model.outcome import Result
from tests.model.request import event_name, identifier
from tests.model.state import Company, Event, Json, State
from tests.model.target import linked_company, target_company

YEAR_2000_MS = 946_684_800_000
DAY_MS = 24 * 60 * 60 * 1000


def track(state: State, body: Json, result: Result, *, event_id: str, accepted_at_ms: int) -> None:
    """Append an event of the visitor or of its target company."""
    visitor_id = identifier(body["visitor_id"])
    entity = body.get("entity") or "visitor"
    company = _company_of_event(state, visitor_id, entity, body, result)
    visitor = state.visitor_or_new(visitor_id)
    event = Event(
        kind="event",
        operation_id=state.operation_id,
        id=event_id,
        name=event_name(body["name"]),
        value=body.get("value"),
        entity=entity,
        visitor_id=visitor_id,
        contact_id=visitor.contact_id,
        company_id=company.id if company else None,
        occurred_at_ms=_occurred_at_ms(body, accepted_at_ms, result),
    )
    state.activity.append(event)
    result.event_id = event.id
    result.contact_id = event.contact_id
    result.company_id = event.company_id


def _company_of_event(
    state: State, visitor_id: str, entity: str, body: Json, result: Result
) -> Company | None:
    visitor = state.visitors.get(visitor_id)
    if entity == "company":
        return target_company(state, visitor, body, result)
    if body.get("company_id") is not None:
        return linked_company(state, state.contact_of(visitor), body["company_id"])
    return None


def _occurred_at_ms(body: Json, accepted_at_ms: int, result: Result) -> int:
    if body.get("timestamp") is None:
        return accepted_at_ms
    occurred_at_ms = _epoch_ms(body["timestamp"])
    sent_at_ms = _epoch_ms(body.get("sent_at"))
    if occurred_at_ms is not None and sent_at_ms is not None:
        occurred_at_ms += accepted_at_ms - sent_at_ms
    if occurred_at_ms is None or not (YEAR_2000_MS <= occurred_at_ms <= accepted_at_ms + DAY_MS):
        result.warn("timestamp_ignored", "/timestamp")
        return accepted_at_ms
    return occurred_at_ms


def _epoch_ms(raw: object) -> int | None:
    """ISO 8601 (UTC where it names no zone) or epoch seconds; None if it is neither."""
    if isinstance(raw, int | float):
        return round(raw * 1000)
    try:
        moment = datetime.fromisoformat(str(raw))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)

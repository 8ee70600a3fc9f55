"""track: records an event (contract §7)."""

from models.operations import Track
from models.outcomes import COMPANY_NOT_LINKED, Effect, OperationWarning, Refusal
from models.records import Company, Visitor
from models.rules.event_time import occurred_at
from models.working_set import activity, visitors
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet
from models.working_set.targets import linked_company, resolve_target


def reach(operation: Track, batch: Reach) -> None:
    """A visitor event that names no company needs its visitor only."""
    speaks_of_company = operation.entity == "company" or operation.company_id is not None
    batch.visitor(operation.visitor_id, with_contact=speaks_of_company)
    batch.company(operation.company_id)


def apply(operation: Track, state: WorkingSet) -> Effect | Refusal:
    effect = Effect()
    company = _company(operation, state, effect)
    if isinstance(company, Refusal):
        return company
    visitor = visitors.find_or_create(state, operation.visitor_id)
    _record(operation, state, effect, visitor, company)
    return effect


def _company(operation: Track, state: WorkingSet, effect: Effect) -> Company | Refusal | None:
    visitor = state.visitors.get(operation.visitor_id)
    if operation.entity == "company":
        target = resolve_target(state, visitor, operation.company_id)
        if isinstance(target, Refusal):
            return target
        effect.warnings += target.warnings
        return target.company
    if operation.company_id is None:
        return None
    contact = state.contact_of(visitor)
    linked = None if contact is None else linked_company(state, contact, operation.company_id)
    return linked or COMPANY_NOT_LINKED


def _record(
    operation: Track, state: WorkingSet, effect: Effect, visitor: Visitor, company: Company | None
) -> None:
    happened_ms, ignored = occurred_at(
        operation.timestamp_ms, operation.sent_at_ms, state.occasion.accepted_at_ms
    )
    if ignored is not None:
        effect.warnings.append(
            OperationWarning(
                code="timestamp_ignored",
                detail="Not a plausible time; it was not used to date the event.",
                pointer=ignored,
            )
        )
    event = activity.Event(operation.name, operation.value, operation.entity, happened_ms)
    row = activity.record_event(state, visitor, None if company is None else company.id, event)
    effect.event_id = row.id
    effect.contact_id = visitor.contact_id
    effect.company_id = row.company_id

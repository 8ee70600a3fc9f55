"""Acceptance, and the wait for the outcome (contract §4)."""

from contextlib import nullcontext

from ingest_api.answers import Answer, Header, json_answer
from ingest_api.caller import Caller
from ingest_api.edge import Edge
from ingest_api.errors import Problem
from ingest_api.incoming import Incoming
from ingest_api.operation_reading import Asked, read_operation
from ingest_api.preferences import Preferences, applied, read_preferences
from ingest_api.verdicts import verdict_answer
from models.outcomes import KEY_REUSED
from models.queries.operations import SettledRecord
from workers.mailbox.layout import Envelope, parse_operation_id
from workers.mailbox.post import Accepted, KeyReused, MailboxFull, Replay

OPERATIONS_PATH = "/api/widget/operations/"


async def submit(edge: Edge, incoming: Incoming, operation_type: str) -> Answer:
    """Takes a widget write into its project's mailbox and answers with its outcome, or 202.

    Raises what refuses the request, at the edge or by the worker's verdict, and
    MailboxUnavailable when nothing can be accepted now.
    """
    asked = await read_operation(edge, incoming, operation_type)
    preferences = read_preferences(incoming.header_values(b"prefer"))
    settings = edge.settings
    budget_s = preferences.wait_budget_s(settings.widget_wait_s, settings.max_wait_s)
    envelope = asked.envelope(reply_to=edge.id if budget_s else None)
    taken, record, waited_s = await _accept_and_wait(edge, asked, envelope, budget_s)
    if record is None:
        return _queued_answer(asked, taken, preferences, waited_s)
    edge.metrics.outcomes.labels(record["type"], record["status"]).inc()
    return verdict_answer(
        record,
        asked.caller.kind,
        _settled_headers(record, preferences, waited_s, replayed=isinstance(taken, Replay)),
    )


async def _accept_and_wait(
    edge: Edge, asked: Asked, envelope: Envelope, budget_s: float
) -> tuple[Accepted | Replay, SettledRecord | None, float]:
    """Returns the acceptance, the record if there is one in time, and the budget that held."""
    project_id = asked.caller.project.id
    listening = edge.outcomes.waiting(envelope.nonce) if budget_s else nullcontext()
    with listening as arrival:
        taken = await edge.post.accept(project_id, envelope)
        match taken:
            case KeyReused():
                raise Problem(KEY_REUSED.status, KEY_REUSED.code, KEY_REUSED.detail)
            case MailboxFull():
                raise _mailbox_full(taken.retry_after_s)
            case Replay():
                return taken, await _replayed(edge, project_id, taken, budget_s), budget_s
        edge.metrics.accepted.labels(asked.operation_type).inc()
        if arrival is None or taken.depth > edge.settings.wait_backlog_limit:
            return taken, None, 0.0
        operation = (project_id, taken.operation_id)
        return taken, await edge.waiters.wait(operation, arrival, budget_s), budget_s


async def _replayed(
    edge: Edge, project_id: str, first: Replay, budget_s: float
) -> SettledRecord | None:
    """The first operation's record; who does not want to wait is told if there is one already."""
    operation = (project_id, first.operation_id)
    parsed = parse_operation_id(first.operation_id)
    if not budget_s or parsed is None:
        return await edge.waiters.look(operation)
    _, nonce = parsed
    with edge.outcomes.waiting(nonce) as arrival:
        return await edge.waiters.wait(operation, arrival, budget_s, replay=True)


def _queued_answer(
    asked: Asked, taken: Accepted | Replay, preferences: Preferences, waited_s: float
) -> Answer:
    operation_id = taken.operation_id
    document = {"operation_id": operation_id, "type": asked.operation_type, "status": "queued"}
    return json_answer(
        202,
        document,
        (b"location", _location(asked.caller, operation_id)),
        _operation_header(operation_id),
        *_preference_headers(preferences, waited_s, queued=True),
    )


def _settled_headers(
    record: SettledRecord, preferences: Preferences, waited_s: float, *, replayed: bool
) -> tuple[Header, ...]:
    first = record["replay_of"]
    repeated = replayed or first is not None
    return (
        _operation_header(first or record["operation_id"]),
        *(((b"idempotent-replayed", b"true"),) if repeated else ()),
        *_preference_headers(preferences, waited_s, queued=False),
    )


def _preference_headers(
    preferences: Preferences, waited_s: float, *, queued: bool
) -> tuple[Header, ...]:
    followed = applied(preferences, waited_s, queued=queued)
    return () if followed is None else ((b"preference-applied", followed),)


def _operation_header(operation_id: str) -> Header:
    return b"x-operation-id", operation_id.encode()


def _location(caller: Caller, operation_id: str) -> bytes:
    query = "" if caller.by_key else f"?app_id={caller.project.id}"
    return f"{OPERATIONS_PATH}{operation_id}{query}".encode()


def _mailbox_full(retry_after_s: int) -> Problem:
    return Problem(
        429,
        "mailbox_full",
        "The project has as many waiting operations as it may have.",
        headers=((b"retry-after", b"%d" % retry_after_s),),
    )

"""Acceptance, and the wait for the outcome (contract §4)."""

import time
from contextlib import nullcontext

from config.settings import Settings
from ingest_api.asked import Asked
from ingest_api.edge import Edge
from ingest_api.errors import key_reused, mailbox_full, rate_limited
from ingest_api.families import KeyedFamily
from ingest_api.incoming import Incoming
from ingest_api.preferences import read_preferences
from ingest_api.rate_limits import rate_headers
from ingest_api.submission import Submission
from models.queries.operations import SettledRecord
from workers.mailbox.answers import Accepted, Answer, KeyReused, MailboxFull, RateLimited, Replay
from workers.mailbox.envelope import Envelope
from workers.mailbox.operation_ids import parse_operation_id


async def submit(edge: Edge, incoming: Incoming, asked: Asked) -> Submission:
    """Takes an operation into its project's mailbox, and waits for its outcome as the caller wants.

    Raises Problem for what the mailbox refuses, MailboxUnavailable when nothing can be accepted
    now. What the worker refused is in the submission's record.
    """
    preferences = read_preferences(incoming.header_values(b"prefer"))
    usual_s = usual_wait_s(edge.settings, asked.caller.family)
    budget_s = preferences.wait_budget_s(usual_s, edge.settings.max_wait_s)
    envelope = asked.envelope(edge.id if budget_s else None, incoming.traceparent)
    taken, record, waited_s = await _accept_and_wait(edge, incoming, asked, envelope, budget_s)
    if record is not None:
        edge.metrics.outcomes.add(record["type"], record["status"])
    return Submission(asked, taken, record, preferences, waited_s)


def usual_wait_s(settings: Settings, family: KeyedFamily) -> float:
    """How long a caller of the family waits who does not say how long."""
    return settings.widget_wait_s if family == "widget" else settings.account_wait_s


async def _accept_and_wait(
    edge: Edge, incoming: Incoming, asked: Asked, envelope: Envelope, budget_s: float
) -> tuple[Accepted | Replay, SettledRecord | None, float]:
    """Returns the acceptance, the record if there is one in time, and the budget that held."""
    project_id = asked.caller.project.id
    listening = edge.outcomes.waiting([envelope.nonce]) if budget_s else nullcontext()
    with listening as arrivals:
        taken = await _accept(edge, incoming, asked, envelope)
        match taken:
            case KeyReused():
                raise key_reused()
            case MailboxFull():
                raise mailbox_full(taken.retry_after_s)
            case RateLimited():
                raise rate_limited(taken.bucket, taken.retry_after_s)
            case Replay():
                return taken, *await _replayed(edge, project_id, taken, budget_s)
        edge.metrics.accepted.add(asked.operation_type, "live")
        if arrivals is None or edge.waits_in_vain(project_id, taken.depth, budget_s):
            return taken, None, 0.0
        began_s = time.monotonic()
        record = await edge.waiters.wait((project_id, taken.operation_id), arrivals, budget_s)
        waited_s = time.monotonic() - began_s
        edge.pace.learn(project_id, taken.depth, waited_s, in_vain=record is None)
        return taken, record, budget_s


async def _accept(edge: Edge, incoming: Incoming, asked: Asked, envelope: Envelope) -> Answer:
    """The mailbox's answer; whatever it is, the caller's tells what is left in the buckets."""
    allowance = edge.rate_limits.allowance(incoming, asked.caller, [asked])
    project_id = asked.caller.project.id
    answer = edge.refusals.of(project_id, allowance, envelope)
    if answer is None:
        answer = await edge.post.accept(project_id, envelope, allowance)
        edge.refusals.note(project_id, allowance, envelope, answer)
    incoming.rate_limits = rate_headers(allowance)
    return answer


async def _replayed(
    edge: Edge, project_id: str, first: Replay, budget_s: float
) -> tuple[SettledRecord | None, float]:
    """The first operation's record, and the budget that held.

    Who does not want to wait, or would wait in vain, is told if there is one already.
    """
    operation = (project_id, first.operation_id)
    parsed = parse_operation_id(first.operation_id)
    if not budget_s or parsed is None or edge.waits_in_vain(project_id, 0, budget_s):
        return await edge.waiters.look(operation), 0.0
    _, nonce = parsed
    with edge.outcomes.waiting([nonce]) as arrivals:
        return await edge.waiters.wait(operation, arrivals, budget_s, replay=True), budget_s

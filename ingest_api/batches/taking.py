"""A batch's way into the mailbox, in one step, and the wait for its outcomes (contract §10)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from ingest_api.asked import Asked
from ingest_api.caller import Caller
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.rate_limits import rate_headers
from models.queries.operations import OperationKey, SettledRecord
from workers.mailbox.answers import Accepted, Answer, Replay
from workers.mailbox.layout import Lane
from workers.mailbox.operation_ids import parse_operation_id
from workers.mailbox.outcomes import Arrivals


@dataclass(frozen=True, slots=True)
class Taken:
    """The mailbox's answer to each operation, and the records that came within the budget.

    `waited_s` is the budget that held: 0 where nobody waited.
    """

    answers: list[Answer]
    records: dict[str, SettledRecord]
    waited_s: float


async def take(
    edge: Edge,
    incoming: Incoming,
    caller: Caller,
    asked: Sequence[Asked],
    lane: Lane,
    budget_s: float,
) -> Taken:
    """Takes operations in together and waits so long for what becomes of them.

    Raises MailboxUnavailable where Redis does not confirm it: a retry with the same keys is safe.
    """
    if not asked:
        return Taken([], {}, budget_s)
    project_id = caller.project.id
    reply_to = edge.id if budget_s else None
    envelopes = [one.envelope(reply_to, incoming.traceparent) for one in asked]
    nonces = [envelope.nonce for envelope in envelopes]
    allowance = edge.rate_limits.allowance(incoming, caller, asked)
    listening = edge.outcomes.waiting(nonces) if budget_s else nullcontext()
    with listening as arrivals:
        answers = await edge.post.accept_many(project_id, envelopes, lane, allowance)
        incoming.rate_limits = rate_headers(allowance)
        _count(edge, asked, answers, lane)
        depth = max((each.depth for each in answers if isinstance(each, Accepted)), default=0)
        awaited = None if edge.waits_in_vain(project_id, depth, budget_s) else arrivals
        found = await _find(edge, project_id, answers, awaited, budget_s)
    records = {operation_id: record for (_, operation_id), record in found.items()}
    return Taken(answers, records, 0.0 if awaited is None else budget_s)


async def _find(
    edge: Edge,
    project_id: str,
    answers: Sequence[Answer],
    arrivals: Arrivals | None,
    budget_s: float,
) -> dict[OperationKey, SettledRecord]:
    """What is settled in time; who does not wait is told what is settled already."""
    accepted = [each.operation_id for each in answers if isinstance(each, Accepted)]
    # A key that stands twice in the batch is the replay of an operation that has just come in.
    replayed = {each.operation_id for each in answers if isinstance(each, Replay)} - {*accepted}
    if arrivals is None:
        return await edge.waiters.look_at_all(_keys(project_id, replayed))
    nonces = [parsed[1] for parsed in map(parse_operation_id, replayed) if parsed]
    with edge.outcomes.waiting(nonces) as arrivals_of_replays:
        return await edge.waiters.wait_for_all(
            _keys(project_id, [*accepted, *replayed]),
            (arrivals, arrivals_of_replays),
            budget_s,
            replays=bool(replayed),
        )


def _keys(project_id: str, operation_ids: Iterable[str]) -> list[OperationKey]:
    return [(project_id, operation_id) for operation_id in operation_ids]


def _count(edge: Edge, asked: Sequence[Asked], answers: Sequence[Answer], lane: Lane) -> None:
    accepted = Counter(
        one.operation_type
        for one, answer in zip(asked, answers, strict=True)
        if isinstance(answer, Accepted)
    )
    for operation_type, count in accepted.items():
        edge.metrics.accepted.add(operation_type, lane, by=count)

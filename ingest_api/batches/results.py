"""The answer to a batch: each operation's outcome or problem, in their order (contract §10)."""

from collections.abc import Iterator, Sequence
from typing import Any

from ingest_api.answers import Answer, json_answer
from ingest_api.asked import Asked
from ingest_api.batches.judge import Item
from ingest_api.batches.taking import Taken
from ingest_api.caller import Caller
from ingest_api.edge import Edge
from ingest_api.errors import Problem, key_reused, mailbox_full, rate_limited
from ingest_api.preferences import Preferences, applied_headers
from ingest_api.submission import receipt_location
from ingest_api.verdicts import outcome_document, problem_of
from models.queries.operations import SettledRecord
from workers.mailbox.answers import Accepted, KeyReused, MailboxFull, RateLimited, Replay

Result = dict[str, Any]


def batch_answer(
    edge: Edge, caller: Caller, items: Sequence[Item], taken: Taken, preferences: Preferences
) -> Answer:
    """200 where every operation is final, 202 where some wait.

    Its `Location` is the receipt of the last one accepted (ids sort by that) of those that wait: a
    lane is applied in order, so what went into it before is settled when that one is.
    Raises Problem 429 where the mailbox had no room for any of them.
    """
    refused = [each for each in taken.answers if isinstance(each, MailboxFull | RateLimited)]
    retry = _too_much(max(refused, key=_retry_after_s)) if refused else None
    if retry is not None and not any(isinstance(each, Accepted | Replay) for each in taken.answers):
        raise retry
    results = list(_results(edge, caller, items, taken))
    queued = [each["operation_id"] for each in results if _is_queued(each)]
    return json_answer(
        202 if queued else 200,
        {"results": results},
        *((receipt_location(caller, max(queued)),) if queued else ()),
        *(() if retry is None else retry.headers),
        *applied_headers(preferences, taken.waited_s, queued=bool(queued)),
    )


def _is_queued(result: Result) -> bool:
    return "outcome" in result and result["outcome"]["status"] == "queued"


def _results(edge: Edge, caller: Caller, items: Sequence[Item], taken: Taken) -> Iterator[Result]:
    answers = iter(taken.answers)
    for index, item in enumerate(items):
        if isinstance(item, Problem):
            yield _refused(index, item)
            continue
        answer = next(answers)
        if isinstance(answer, KeyReused | MailboxFull | RateLimited):
            problem = _problem(answer)
            edge.metrics.refused_in_batches.add(problem.code)
            yield _refused(index, problem)
        elif (record := taken.records.get(answer.operation_id)) is None:
            yield _queued(index, item, answer.operation_id)
        else:
            edge.metrics.outcomes.add(record["type"], record["status"])
            yield _settled(index, record, caller, replayed=isinstance(answer, Replay))


def _problem(answer: KeyReused | MailboxFull | RateLimited) -> Problem:
    return key_reused() if isinstance(answer, KeyReused) else _too_much(answer)


def _too_much(answer: MailboxFull | RateLimited) -> Problem:
    if isinstance(answer, MailboxFull):
        return mailbox_full(answer.retry_after_s)
    return rate_limited(answer.bucket, answer.retry_after_s)


def _retry_after_s(answer: MailboxFull | RateLimited) -> int:
    return answer.retry_after_s


def _refused(index: int, problem: Problem) -> Result:
    return {"index": index, "operation_id": None, "problem": problem.document()}


def _queued(index: int, asked: Asked, operation_id: str) -> Result:
    outcome = {"operation_id": operation_id, "type": asked.operation_type, "status": "queued"}
    return {"index": index, "operation_id": operation_id, "outcome": outcome}


def _settled(index: int, record: SettledRecord, caller: Caller, *, replayed: bool) -> Result:
    result: Result = {"index": index, "operation_id": record["replay_of"] or record["operation_id"]}
    problem = problem_of(record)
    if problem is None:
        result["outcome"] = outcome_document(record, caller.kind)
    else:
        result["problem"] = problem.document()
    if replayed or record["replay_of"] is not None:
        result["idempotent_replayed"] = True
    return result

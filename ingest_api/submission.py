"""An accepted operation, and its answer: what of it is the same for every kind of write (§4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ingest_api.answers import Answer, Header, json_answer
from ingest_api.asked import Asked
from ingest_api.caller import Caller
from ingest_api.families import KeyedFamily
from ingest_api.preferences import Preferences, applied_headers
from ingest_api.verdicts import problem_of
from models.queries.operations import SettledRecord
from workers.mailbox.answers import Accepted, Replay

RECEIPTS: Mapping[KeyedFamily, str] = {
    "widget": "/api/widget/operations/",
    "account": "/api/operations/",
    "v1": "/api/v1/operations/",
}
"""Where each family reads receipts."""

Settled = Callable[[SettledRecord, tuple[Header, ...]], Answer]
"""The answer of an operation that was applied or changed nothing, with these headers."""


@dataclass(frozen=True, slots=True)
class Submission:
    """`record` is None where the outcome is not known yet; `waited_s` the budget that held."""

    asked: Asked
    taken: Accepted | Replay
    record: SettledRecord | None
    preferences: Preferences
    waited_s: float

    @property
    def is_repeat(self) -> bool:
        """Whether another operation is known to have had this idempotency key before."""
        known_by_ledger = self.record is not None and self.record["replay_of"] is not None
        return known_by_ledger or isinstance(self.taken, Replay)

    def answer(self, settled: Settled, **queued_members: Any) -> Answer:
        """202 for an operation that is queued, else what `settled` makes of its record.

        `queued_members` stand in the body of the 202. Raises the worker's refusal as Problem.
        """
        if self.record is None:
            return self._queued(queued_members)
        headers = self._settled_headers(self.record)
        problem = problem_of(self.record)
        if problem is not None:
            problem.headers += headers
            raise problem
        return settled(self.record, headers)

    def _queued(self, members: dict[str, Any]) -> Answer:
        operation_id = self.taken.operation_id
        document = {
            "operation_id": operation_id,
            "type": self.asked.operation_type,
            "status": "queued",
            **members,
        }
        return json_answer(
            202,
            document,
            receipt_location(self.asked.caller, operation_id),
            (b"x-operation-id", operation_id.encode()),
            *applied_headers(self.preferences, self.waited_s, queued=True),
        )

    def _settled_headers(self, record: SettledRecord) -> tuple[Header, ...]:
        first_id = record["replay_of"] or record["operation_id"]
        return (
            (b"x-operation-id", first_id.encode()),
            *(((b"idempotent-replayed", b"true"),) if self.is_repeat else ()),
            *applied_headers(self.preferences, self.waited_s, queued=False),
        )


def receipt_location(caller: Caller, operation_id: str) -> Header:
    """Where this caller reads the operation's receipt; one without a key must name its project."""
    query = "" if caller.by_key else f"?app_id={caller.project.id}"
    return b"location", f"{RECEIPTS[caller.family]}{operation_id}{query}".encode()

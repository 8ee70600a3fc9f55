"""A scenario that is applied below HTTP, and what the model makes of it."""

import hashlib
import itertools
import json
from collections.abc import Sequence

from models.database import Database
from models.operations import to_payload
from tests.model.asking import asked
from tests.model.comparing import expect_same, expected, told
from tests.model.invariants import expect_consistent
from tests.model.naming import operation_id
from tests.model.projects import store_project
from tests.model.replayed_changes import replay_changes, told_records
from tests.model.scenario import FIRST_ACCEPTED_AT_MS, Scenario, play
from tests.model.snapshot import canonical_text
from tests.model.state import Json
from tests.model.stored import stored_snapshot
from workers.apply import Settled
from workers.mailbox.envelope import Envelope, QueuedOperation

APPLIED_AT_MS = FIRST_ACCEPTED_AT_MS + 3_600_000
NONCE = "0" * 14
_numbers = itertools.count()


class AgainstModel:
    """A project of its own, the scenario's entries as a drain reads them, what became of them."""

    def __init__(self, database: Database, scenario: Scenario) -> None:
        self._database = database
        self._scenario = scenario
        self.project_id = f"proj_{next(_numbers)}"
        self.left: Sequence[QueuedOperation] = queued_steps(scenario)
        self.settled: list[Settled] = []
        with database.transaction() as connection:
            store_project(connection, self.project_id, scenario)
            self._records = told_records(connection, self.project_id)

    def settle(self, batch: Sequence[QueuedOperation], settled: Sequence[Settled]) -> None:
        """The first entries that were left are done."""
        self.left = self.left[len(batch) :]
        self.settled += settled

    def stored_and_model(self) -> tuple[str, str]:
        """What is stored, and what the model has, behind the same operations; what each of them was
        told, and what it says that it changed, is compared here.
        """
        model, results = play(self._scenario)
        for step, result, one in zip(self._scenario.steps, results, self.settled, strict=True):
            asked_for = {"step": str(step)}
            expect_same(asked_for | told(one.record), asked_for | expected(result))
        with self._database.reading() as connection:
            stored = stored_snapshot(connection, self.project_id)
            replacements = _replacements(self._scenario)
            replayed = replay_changes(connection, self.project_id, self._records, replacements)
            assert told_records(connection, self.project_id) == replayed
            applied = [operation_id(number) for number in range(len(self._scenario.steps))]
            expect_consistent(connection, self.project_id, applied)
        return canonical_text(stored), canonical_text(model.snapshot())


def queued_steps(scenario: Scenario) -> list[QueuedOperation]:
    """The steps as the drain reads them from a mailbox."""
    ids = [operation_id(number) for number in range(len(scenario.steps))]
    queued = []
    for number, step in enumerate(scenario.steps):
        body = step.body_with(ids[:number])
        envelope = Envelope(
            nonce=NONCE,
            type=step.operation_type,
            caller="secret",
            payload=to_payload(asked(step, body)),
            idempotency_key=step.key,
            fingerprint=_fingerprint(body),
        )
        accepted_at_ms = FIRST_ACCEPTED_AT_MS + 1000 * (number + 1)
        queued.append(QueuedOperation(f"{number}-0", ids[number], accepted_at_ms, envelope, 1))
    return queued


def _replacements(scenario: Scenario) -> dict[str, str]:
    """The stages that take over from deleted ones, by operation."""
    ids = [operation_id(number) for number in range(len(scenario.steps))]
    bodies = [step.body_with(ids) for step in scenario.steps]
    named = zip(ids, (body.get("replacement_id") for body in bodies), strict=True)
    return {each: replacement for each, replacement in named if replacement}


def _fingerprint(body: Json) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

"""Random sequences below HTTP: whatever the batches, the pipeline does what the model says."""

import hashlib
import itertools
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.database import Database
from models.operations import to_payload
from models.store import ledger
from models.store.postgresql import PostgresqlRows
from models.store.sqlite import SqliteRows
from tests.model.asking import asked
from tests.model.comparing import expect_same, expected, told
from tests.model.generate import scenarios
from tests.model.invariants import expect_consistent
from tests.model.naming import operation_id
from tests.model.projects import store_project
from tests.model.replayed_changes import replay_changes, told_records
from tests.model.scenario import FIRST_ACCEPTED_AT_MS, Scenario, play
from tests.model.snapshot import canonical_text
from tests.model.state import Json
from tests.model.stored import stored_snapshot
from tests.properties import tried
from workers.apply import Settled, apply_batch
from workers.drain import batch_of
from workers.mailbox.envelope import Envelope, QueuedOperation

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "40"))
LONG = 60
APPLIED_AT_MS = FIRST_ACCEPTED_AT_MS + 3_600_000
NONCE = "0" * 14
SIZES = st.one_of(
    st.just([1]), st.just([LONG]), st.lists(st.integers(1, 6), min_size=1, max_size=5)
)
"""Of batches: each operation alone, all at once, or anything between."""
PART_SIZES = st.one_of(st.just(LONG), st.integers(1, 6))
"""Of a batch: written in one go, or while the next part is decided."""
_numbers = itertools.count()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@tried(EXAMPLES)
@given(
    scenario=scenarios(keys=True),
    sizes=SIZES,
    part_size=PART_SIZES,
)
def test_any_sequence_in_any_batches_comes_to_what_the_model_says(
    database: Database, scenario: Scenario, sizes: list[int], part_size: int
) -> None:
    stored, model = _stored_and_model(database, scenario, sizes, part_size)
    assert stored == model


@settings(
    max_examples=max(1, EXAMPLES // 10),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(scenario=scenarios(max_operations=LONG), part_size=PART_SIZES)
def test_so_does_a_long_one_in_one_batch(
    database: Database, scenario: Scenario, part_size: int
) -> None:
    stored, model = _stored_and_model(database, scenario, [LONG], part_size)
    assert stored == model


@tried(EXAMPLES // 5)
@given(
    scenario=scenarios(keys=True),
    sizes=SIZES,
    part_size=PART_SIZES,
)
def test_a_batch_that_is_applied_twice_is_applied_once(
    database: Database, scenario: Scenario, sizes: list[int], part_size: int
) -> None:
    stored, model = _stored_and_model(database, scenario, sizes, part_size, times=2)
    assert stored == model


def _stored_and_model(
    database: Database,
    scenario: Scenario,
    sizes: Sequence[int],
    part_size: int,
    times: int = 1,
) -> tuple[str, str]:
    """What is stored, and what the model has, behind the same operations; what each of them was
    told, and what it says that it changed, is compared here.
    """
    project_id = f"proj_{next(_numbers)}"
    with database.transaction() as connection:
        store_project(connection, project_id, scenario)
        records = told_records(connection, project_id)
    model, results = play(scenario)
    settled: list[Settled] = []
    for batch in _batches(_queued(scenario), sizes):
        for _ in range(times):
            with database.transaction() as connection:
                assert ledger.lock_mailbox(connection, project_id)
                with _parts_of(part_size):
                    done = apply_batch(connection, project_id, batch, APPLIED_AT_MS)
        settled += done
    for step, result, one in zip(scenario.steps, results, settled, strict=True):
        asked_for = {"step": str(step)}
        expect_same(asked_for | told(one.record), asked_for | expected(result))
    with database.reading() as connection:
        stored = stored_snapshot(connection, project_id)
        replayed = replay_changes(connection, project_id, records, _replacements(scenario))
        assert told_records(connection, project_id) == replayed
        applied = [operation_id(number) for number in range(len(scenario.steps))]
        expect_consistent(connection, project_id, applied)
    return canonical_text(stored), canonical_text(model.snapshot())


@contextmanager
def _parts_of(part_size: int) -> Iterator[None]:
    """Batches are decided and written in parts of that size meanwhile, on either database."""
    with pytest.MonkeyPatch.context() as bounds:
        for rows in (PostgresqlRows, SqliteRows):
            bounds.setattr(rows, "part_size", part_size)
        yield


def _replacements(scenario: Scenario) -> dict[str, str]:
    """The stages that take over from deleted ones, by operation."""
    ids = [operation_id(number) for number in range(len(scenario.steps))]
    bodies = [step.body_with(ids) for step in scenario.steps]
    named = zip(ids, (body.get("replacement_id") for body in bodies), strict=True)
    return {each: replacement for each, replacement in named if replacement}


def _queued(scenario: Scenario) -> list[QueuedOperation]:
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


def _fingerprint(body: Json) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _batches(
    queued: Sequence[QueuedOperation], sizes: Sequence[int]
) -> Iterator[Sequence[QueuedOperation]]:
    left = queued
    for size in itertools.cycle(sizes):
        if not left:
            return
        batch = batch_of(left[:size])
        yield batch
        left = left[len(batch) :]

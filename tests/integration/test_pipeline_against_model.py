"""Random sequences below HTTP: whatever the batches, the pipeline does what the model says."""

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.database import Database
from models.store import ledger
from models.store.postgresql import PostgresqlRows
from models.store.sqlite import SqliteRows
from tests.integration.against_model import APPLIED_AT_MS, AgainstModel
from tests.model.generate import scenarios
from tests.model.scenario import Scenario
from tests.properties import tried
from workers.apply import apply_batch
from workers.drain import batch_of

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "40"))
LONG = 60
SIZES = st.one_of(
    st.just([1]), st.just([LONG]), st.lists(st.integers(1, 6), min_size=1, max_size=5)
)
"""Of batches: each operation alone, all at once, or anything between."""
PART_SIZES = st.one_of(st.just(LONG), st.integers(1, 6))
"""Of a batch: written in one go, or while the next part is decided."""


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
    played = AgainstModel(database, scenario)
    for size in itertools.cycle(sizes):
        if not played.left:
            break
        batch = batch_of(played.left[:size])
        for _ in range(times):
            with database.transaction() as connection:
                assert ledger.lock_mailbox(connection, played.project_id)
                with _parts_of(part_size):
                    done = apply_batch(connection, played.project_id, batch, APPLIED_AT_MS)
        played.settle(batch, done)
    return played.stored_and_model()


@contextmanager
def _parts_of(part_size: int) -> Iterator[None]:
    """Batches are decided and written in parts of that size meanwhile, on either database."""
    with pytest.MonkeyPatch.context() as bounds:
        for rows in (PostgresqlRows, SqliteRows):
            bounds.setattr(rows, "part_size", part_size)
        yield

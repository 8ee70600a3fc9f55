"""Random sequences of several projects in shared transactions: each comes to what the model says
of it alone.
"""

import itertools
import os
from collections.abc import Sequence
from contextlib import nullcontext

from hypothesis import given
from hypothesis import strategies as st

from models.database import Database
from models.operations import LONE_TYPES
from models.store import ledger
from tests.integration.against_model import APPLIED_AT_MS, AgainstModel
from tests.model.generate import scenarios
from tests.model.scenario import Scenario
from tests.properties import tried
from workers.apply import Settled, apply_batch
from workers.apply_round import apply_round
from workers.drain import batch_of
from workers.round_terms import Batch

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "40"))


@tried(EXAMPLES // 2)
@given(
    told=st.lists(scenarios(keys=True), min_size=2, max_size=3),
    sizes=st.lists(st.integers(1, 7), min_size=1, max_size=5),
    times=st.integers(1, 2),
)
def test_any_sequences_in_any_rounds_come_to_what_the_model_says(
    database: Database, told: list[Scenario], sizes: list[int], times: int
) -> None:
    projects = [AgainstModel(database, scenario) for scenario in told]
    turns = itertools.cycle(sizes)
    while any(project.left for project in projects):
        batches = {
            project.project_id: batch_of(project.left[: next(turns)])
            for project in projects
            if project.left
        }
        for _ in range(times):
            settled = apply_together(database, batches)
        for project in projects:
            if project.project_id in batches:
                project.settle(batches[project.project_id], settled[project.project_id])
    for project in projects:
        stored, model = project.stored_and_model()
        assert stored == model


def apply_together(database: Database, batches: dict[str, Batch]) -> dict[str, Sequence[Settled]]:
    """As a worker does: who cannot share the transaction has one of his own behind it."""
    plain = {
        project_id: batch
        for project_id, batch in batches.items()
        if LONE_TYPES.isdisjoint(queued.envelope.type for queued in batch)
    }
    settled: dict[str, Sequence[Settled]] = {}
    if plain:
        with database.transaction() as connection:
            locked = ledger.lock_mailboxes(connection, list(plain))
            assert locked == list(plain)
            settled |= apply_round(
                connection, plain, APPLIED_AT_MS, lambda project_id, batch: nullcontext()
            )
    for project_id in batches.keys() - settled.keys():
        with database.transaction() as connection:
            assert ledger.lock_mailbox(connection, project_id)
            settled[project_id] = apply_batch(
                connection, project_id, batches[project_id], APPLIED_AT_MS
            )
    return settled

"""A drain finds each row that it needs by an index, however many rows a project has.

PostgreSQL keeps a plan until a table is analyzed, and without that it takes all rows of a project
for a few: the plans of small tables must be good for large ones.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import pytest
from sqlalchemy import text

from models.database import Transient
from models.store.asking import answered_together
from models.store.dialects import rows_of_several_over, rows_over
from models.store.ledger import lock_mailboxes, questions
from models.store.load import gather, gathering
from models.working_set.reach import Reach
from tests.integration.pipeline import OpenPipeline, Pipeline
from tests.integration.store.looked_up import LookedUp
from tests.integration.stories import STORY
from tests.integration.unmetered import unmetered
from tests.model.scenario import Step
from workers.apply_round import apply_round
from workers.drain_terms import Clock, DrainLimits, Unguarded
from workers.round import Round
from workers.round_terms import RoundStorage

CROWD = [Step("identify", {"visitor_id": f"v{n}", "email": f"{n}@example.com"}) for n in range(500)]
MANY_STATEMENTS = 40
"""A drain has more: with fewer nobody would have listened."""
AT_ONCE = DrainLimits(batch_size=500, bulk_batch_size=1, slice_s=60.0, max_s=60.0, linger_s=0.0)
ALL = Reach(
    visitor_ids={"v"},
    user_ids={"u"},
    emails={"e"},
    contacts={"con_a"},
    companies={"com_a"},
    all_visitors_of={"con_a"},
    keys={"key_a"},
    dead_letters={"op_a"},
    identity_secrets=True,
    stage_use=True,
)


@pytest.mark.parametrize("analyzed", [False, True])
def test_no_statement_of_a_drain_reads_all_rows_of_a_project(
    open_pipeline: OpenPipeline, *, analyzed: bool
) -> None:
    pipeline = open_pipeline(STORY)
    looked_up = listen(pipeline)
    slow: list[str] = []
    for steps in STORY.steps, CROWD:
        apply(pipeline, steps)
        ask_for_all(pipeline)
        slow += slow_ones(pipeline, looked_up, analyzed=analyzed)
    assert not slow, "\n".join(slow)


@pytest.mark.parametrize("analyzed", [False, True])
def test_nor_does_one_of_a_round(open_pipeline: OpenPipeline, *, analyzed: bool) -> None:
    first, second = open_pipeline(STORY), open_pipeline(STORY)
    looked_up = listen(first)
    slow: list[str] = []
    for parts in [[step] for step in STORY.steps], [CROWD]:
        for steps in parts:
            apply_together(first, second, steps)
        ask_for_all_together(first, second)
        slow += slow_ones(first, looked_up, analyzed=analyzed)
    assert not slow, "\n".join(slow)


def listen(pipeline: Pipeline) -> LookedUp:
    pipeline.database.close()  # connections that are made from now on are listened to
    return LookedUp(pipeline.database)


def slow_ones(pipeline: Pipeline, looked_up: LookedUp, *, analyzed: bool) -> list[str]:
    if analyzed and pipeline.database.is_postgresql:
        analyze(pipeline)
    assert len(looked_up) > MANY_STATEMENTS
    return list(looked_up.slow_ones())


def apply(pipeline: Pipeline, steps: Sequence[Step]) -> None:
    pipeline.accept(steps)
    pipeline.drain(AT_ONCE).run(pipeline.project_id)
    assert pipeline.left() == 0


def apply_together(first: Pipeline, second: Pipeline, steps: Sequence[Step]) -> None:
    """In one round, and behind it what has a drain of its own."""
    drain = first.drain(AT_ONCE)
    storage: RoundStorage[Any] = RoundStorage(
        first.database.transaction, lock_mailboxes, apply_round, (Transient,)
    )
    shared = Round(
        storage,
        first.mailbox,
        first.wake,
        clock=Clock(),
        guard=Unguarded(),
        meter=unmetered(),
        drain=drain,
        share=2 * len(CROWD),
    )
    for pipeline in first, second:
        pipeline.accept(steps)
    for project_id in shared.run([first.project_id, second.project_id]):
        drain.run(project_id)
    assert first.left() + second.left() == 0


def ask_for_all(pipeline: Pipeline) -> None:
    """What no story asks for: an idempotency key, a dead letter, a key."""
    with pipeline.database.reading() as connection:
        rows = rows_over(connection, pipeline.project_id)
        gather(rows, ALL)
        rows.fetch(*questions(["op_a"], ["k"]))


def ask_for_all_together(first: Pipeline, second: Pipeline) -> None:
    """The same."""
    asked = questions(["op_a"], ["k"])
    with first.database.reading() as connection:
        answered_together(
            {each.project_id: gathering(each.project_id, ALL, asked) for each in (first, second)},
            rows_of_several_over(connection).fetch,
            lambda _: nullcontext(),
        )


def analyze(pipeline: Pipeline) -> None:
    with pipeline.database.transaction() as connection:
        connection.execute(text("ANALYZE"))

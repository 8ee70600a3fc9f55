"""A drain finds each row that it needs by an index, however many rows a project has.

PostgreSQL keeps a plan until a table is analyzed, and without that it takes all rows of a project
for a few: the plans of small tables must be good for large ones.
"""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from models.store.dialects import rows_over
from models.store.ledger import questions
from models.store.load import gather_and_ask
from models.working_set.reach import Reach
from tests.integration.pipeline import OpenPipeline, Pipeline
from tests.integration.store.looked_up import LookedUp
from tests.integration.stories import STORY
from tests.model.scenario import Step
from workers.drain_terms import DrainLimits

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
    pipeline.database.close()  # connections that are made from now on are listened to
    looked_up = LookedUp(pipeline.database)
    slow: list[str] = []
    for steps in STORY.steps, CROWD:
        apply(pipeline, steps)
        ask_for_all(pipeline)
        if analyzed and pipeline.database.is_postgresql:
            analyze(pipeline)
        assert len(looked_up) > MANY_STATEMENTS
        slow += looked_up.slow_ones()
    assert not slow, "\n".join(slow)


def apply(pipeline: Pipeline, steps: Sequence[Step]) -> None:
    pipeline.accept(steps)
    pipeline.drain(AT_ONCE).run(pipeline.project_id)
    assert pipeline.left() == 0


def ask_for_all(pipeline: Pipeline) -> None:
    """What no story asks for: an idempotency key, a dead letter, a key."""
    with pipeline.database.reading() as connection:
        rows = rows_over(connection, pipeline.project_id)
        gather_and_ask(rows, ALL, questions(["op_a"], ["k"]))


def analyze(pipeline: Pipeline) -> None:
    with pipeline.database.transaction() as connection:
        connection.execute(text("ANALYZE"))

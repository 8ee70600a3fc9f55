"""An operation that kills its worker, or never ends, is set aside; nothing else ever is (§4)."""

import random
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from tests.integration.pipeline import Pipeline, encoded
from tests.integration.poisoned_worker import DEADLY, ENDLESS
from tests.integration.stories import STORY, busy
from tests.model.scenario import Scenario
from tests.services.platform import QUICK, Platform
from tests.services.processes import Services
from tests.services.waiting import wait_until

# What the product needs with these settings is about 8 s; a busy machine gets more.
ISOLATED_WITHIN_S = 60.0
APPLIED_WITHIN_S = 60.0
OpenPipeline = Callable[[Scenario], Pipeline]


@pytest.fixture
def open_pipeline(redis_url: str, database_url: str) -> Iterator[OpenPipeline]:
    """Opens projects on a real Redis, once on each kind of database."""
    opened: list[Pipeline] = []

    def open_one(scenario: Scenario) -> Pipeline:
        opened.append(Pipeline(redis_url, database_url, scenario))
        return opened[-1]

    yield open_one
    for pipeline in opened:
        pipeline.close()


def has_emptied(platform: Platform, *pipelines: Pipeline) -> bool:
    """Keep the worker running; whether nothing is left."""
    return platform.keeps_it() and not any(pipeline.left() for pipeline in pipelines)


@pytest.fixture
def platform(services: Services) -> Platform:
    """Keeps one worker running."""
    return Platform(services)


def put_poison(pipeline: Pipeline, name: str) -> str:
    """Put an operation into the mailbox that the test's worker does not survive."""
    return pipeline.put_raw(encoded("track", {"visitor_id": "poisonous", "name": name}))


@pytest.mark.parametrize("name", [*DEADLY, *ENDLESS])
def test_it_is_set_aside_with_its_reason_and_all_around_it_is_applied_in_order(
    open_pipeline: OpenPipeline, platform: Platform, name: str
) -> None:
    pipeline = open_pipeline(STORY)
    pipeline.accept(STORY.steps[:9])
    poison = put_poison(pipeline, name)
    pipeline.accept(STORY.steps[9:])
    wait_until(lambda: has_emptied(platform, pipeline), ISOLATED_WITHIN_S, "it is isolated")
    pipeline.expect_all_applied_once_in_order(beside=[poison])
    reason = "killed_worker" if name in DEADLY else "never_ended"
    assert pipeline.dead_letters() == {poison: reason}
    receipt = pipeline.receipt(poison)
    assert (receipt["status"], receipt["problem"]["code"]) == ("failed", "operation_failed")
    assert platform.starts == 1, "it died of it"


@pytest.mark.parametrize("places", [(0,), (14,), (0, 0), (3, 4), (0, 7, 14)])
def test_wherever_and_however_many_they_are(
    open_pipeline: OpenPipeline, platform: Platform, places: tuple[int, ...]
) -> None:
    pipeline = open_pipeline(STORY)
    poison, done = [], 0
    for place in places:
        pipeline.accept(STORY.steps[done:place])
        poison.append(put_poison(pipeline, "leaves"))
        done = place
    pipeline.accept(STORY.steps[done:])
    wait_until(lambda: has_emptied(platform, pipeline), ISOLATED_WITHIN_S, "all are isolated")
    pipeline.expect_all_applied_once_in_order(beside=poison)
    assert pipeline.dead_letters() == dict.fromkeys(poison, "killed_worker")
    assert platform.starts == 1, "it died of them"


def test_poison_of_two_projects_does_not_keep_either_from_its_end(
    open_pipeline: OpenPipeline, platform: Platform
) -> None:
    pipelines = [open_pipeline(STORY), open_pipeline(STORY)]
    poison = []
    for pipeline, name in zip(pipelines, ("breaks memory", "loops"), strict=True):
        pipeline.accept(STORY.steps[:5])
        poison.append(put_poison(pipeline, name))
        pipeline.accept(STORY.steps[5:])
    wait_until(lambda: has_emptied(platform, *pipelines), ISOLATED_WITHIN_S, "both are isolated")
    for pipeline, culprit in zip(pipelines, poison, strict=True):
        pipeline.expect_all_applied_once_in_order(beside=[culprit])
        assert list(pipeline.dead_letters()) == [culprit]


def test_twenty_workers_killed_under_load_set_nothing_aside(
    open_pipeline: OpenPipeline, services: Services
) -> None:
    story = busy(900)
    pipeline = open_pipeline(story)
    pipeline.accept(story.steps)
    platform = Platform(services, drain_batch_size=20)
    chance = random.Random(20)
    while platform.starts <= 20 and pipeline.left():
        platform.keeps_it()
        goal = pipeline.left() - chance.randrange(60)
        wait_until(lambda goal=goal: pipeline.left() <= max(0, goal), what="it has begun")  # type: ignore[misc]
        assert platform.worker is not None
        platform.worker.kill()
    assert platform.starts > 10, "the workers were killed too late to prove anything"
    wait_until(lambda: has_emptied(platform, pipeline), APPLIED_WITHIN_S, "the rest is applied")
    pipeline.expect_all_applied_once_in_order()
    assert pipeline.dead_letters() == {}


# -- statements that take too long -------------------------------------------------------------

_SLEEPY = """
CREATE FUNCTION sleepy() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END $$;
CREATE TRIGGER sleepy BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition})
EXECUTE FUNCTION sleepy();
"""
_SLOW = {**QUICK, "statement_timeout_s": 1.0, "decide_timeout_s": 5.0}
_POISONOUS = "NEW.visitor_id = 'poisonous'"


def _make_sleepy(pipeline: Pipeline, table: str, condition: str, seconds: float) -> None:
    statement = _SLEEPY.format(table=table, condition=condition, seconds=seconds)
    with pipeline.database.transaction() as connection:
        connection.execute(text(statement))


@pytest.fixture
def on_postgresql(redis_url: str, postgresql_url: str) -> Iterator[Pipeline]:
    """A project on PostgreSQL, which alone ends statements."""
    pipeline = Pipeline(redis_url, postgresql_url, STORY)
    yield pipeline
    pipeline.close()


@pytest.fixture
def slow_services(
    redis_url: str, postgresql_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Services]:
    """Starts workers on that PostgreSQL."""
    with Services(redis_url, postgresql_url, tmp_path_factory.mktemp("slow")) as running:
        yield running


def test_an_operation_whose_statement_never_ends_is_set_aside(
    on_postgresql: Pipeline, slow_services: Services
) -> None:
    pipeline, platform = on_postgresql, Platform(slow_services, **_SLOW)
    _make_sleepy(pipeline, "visitors", _POISONOUS, 3600)
    pipeline.accept(STORY.steps[:9])
    poison = put_poison(pipeline, "seen")
    pipeline.accept(STORY.steps[9:])
    wait_until(lambda: has_emptied(platform, pipeline), ISOLATED_WITHIN_S, "it is isolated")
    pipeline.expect_all_applied_once_in_order(beside=[poison])
    assert pipeline.dead_letters() == {poison: "never_ended"}
    assert platform.starts == 1


def test_nothing_is_set_aside_while_the_database_is_slow_for_a_dead_letter_too(
    on_postgresql: Pipeline, slow_services: Services
) -> None:
    pipeline, platform = on_postgresql, Platform(slow_services, **_SLOW)
    _make_sleepy(pipeline, "visitors", _POISONOUS, 3600)
    with pipeline.database.transaction() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END $$; "
                "CREATE TRIGGER slowly BEFORE INSERT ON dead_letters "
                "FOR EACH ROW EXECUTE FUNCTION slowly()"
            )
        )
    pipeline.accept(STORY.steps[:9])
    innocent = put_poison(pipeline, "seen")

    def was_spared() -> bool:
        platform.keeps_it()
        assert platform.worker is not None
        return "_DatabaseIsSlow" in platform.worker.output()

    wait_until(was_spared, ISOLATED_WITHIN_S, "it was suspected")
    with pipeline.database.transaction() as connection:
        connection.execute(text("DROP TRIGGER sleepy ON visitors"))
    wait_until(lambda: has_emptied(platform, pipeline), APPLIED_WITHIN_S, "all is applied")
    assert pipeline.dead_letters() == {}
    assert pipeline.receipt(innocent)["status"] == "applied"

"""Redis or the database away (contract §4 Outages): 503 soon, nothing accepted lost, no restart."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.acceptance.crowd import await_applied
from tests.acceptance.deployment import Deployment, deploy
from tests.acceptance.project import Answer, Project
from tests.services.postgres_process import PostgresProcess
from tests.services.processes import ServiceProcess
from tests.services.redis_process import RedisProcess
from tests.services.waiting import wait_until

ACCEPTED = 30
# "Within about a second" (issue 2), and what a busy machine adds.
SOON_S = 2.5
BACK_WITHIN_S = 15.0
FORGETFUL = {"project_cache_ttl_s": 0.2}


@pytest.fixture
def on_own_redis(
    own_redis: RedisProcess, database_url: str, tmp_path: Path
) -> Iterator[Deployment]:
    """A deployment whose Redis the test may stop."""
    with deploy(own_redis.url, database_url, tmp_path, workers=1) as deployment:
        yield deployment


@pytest.fixture
def own_postgres() -> Iterator[PostgresProcess]:
    """A PostgreSQL that the test may stop."""
    with PostgresProcess() as process:
        yield process


def _accept_behind_a_frozen_worker(deployment: Deployment, project: Project) -> ServiceProcess:
    """Fill the mailbox; the worker can do nothing about it before it is let go on."""
    (worker,) = deployment.workers
    assert project.identify("ann", user_id="u1").status == 200
    worker.send(signal.SIGSTOP)
    for number in range(ACCEPTED):
        answer = project.post(
            "track", {"visitor_id": "ann", "name": f"e{number}"}, Prefer="respond-async"
        )
        assert answer.status == 202
    return worker


def _expect_all_applied(project: Project) -> None:
    await_applied(project, ACCEPTED + 1, BACK_WITHIN_S)
    names = [event["name"] for event in project.stored()["events"]]
    assert names[:ACCEPTED] == [f"e{number}" for number in range(ACCEPTED)]


def _expect_refused_soon(project: Project, visitor_id: str = "late") -> None:
    began_s = time.monotonic()
    answer = project.identify(visitor_id, user_id="u2")
    assert time.monotonic() - began_s < SOON_S
    assert answer.refusal == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1


def _works_again(project: Project) -> bool:
    answer = project.identify("after", user_id="u3")
    assert answer.status in (200, 202, 503)
    return answer.status == 200


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_without_redis_503_and_with_it_again_everything_accepted_is_applied(
    on_own_redis: Deployment, own_redis: RedisProcess, how: str
) -> None:
    project = on_own_redis.new_project()
    worker = _accept_behind_a_frozen_worker(on_own_redis, project)
    if how == "killed":
        own_redis.kill()
    else:
        own_redis.pause()
    worker.send(signal.SIGCONT)
    for _ in range(3):
        _expect_refused_soon(project)
    if how == "killed":
        own_redis.start()
    else:
        own_redis.resume()
    _expect_all_applied(project)
    wait_until(lambda: _works_again(project), BACK_WITHIN_S, "the edge accepts again")
    assert on_own_redis.web.is_alive()
    assert worker.is_alive()
    assert project.rows_of_ledger()[-1]["status"] != "failed"


def test_without_postgresql_503_and_with_it_again_everything_accepted_is_applied(
    own_redis: RedisProcess, own_postgres: PostgresProcess, tmp_path: Path
) -> None:
    with deploy(own_redis.url, own_postgres.url, tmp_path, workers=1, **FORGETFUL) as deployment:
        project = deployment.new_project()
        worker = _accept_behind_a_frozen_worker(deployment, project)
        accepted = project.post(
            "track", {"visitor_id": "ann", "name": "last"}, Prefer="respond-async"
        )
        own_postgres.stop()
        worker.send(signal.SIGCONT)
        wait_until(lambda: project.identify("late").status == 503, 5, "settings are too old")
        _expect_refused_soon(project)
        receipt = project.receipt(accepted.operation_id)
        assert receipt.refusal == (503, "unavailable")
        own_postgres.start()
        await_applied(project, ACCEPTED + 2, BACK_WITHIN_S)
        _expect_all_applied(project)
        wait_until(lambda: _works_again(project), BACK_WITHIN_S, "the edge accepts again")
        assert {row["status"] for row in project.rows_of_ledger()} <= {"applied", "unchanged"}
        assert deployment.web.is_alive()
        assert worker.is_alive()


def test_without_postgresql_who_is_known_is_accepted_and_applied_later(
    own_redis: RedisProcess, own_postgres: PostgresProcess, tmp_path: Path
) -> None:
    with deploy(
        own_redis.url, own_postgres.url, tmp_path, workers=1, project_cache_ttl_s=600
    ) as deployment:
        project = deployment.new_project()
        assert project.identify("ann", user_id="u1").status == 200
        own_postgres.stop()
        answer = project.post("track", {"visitor_id": "ann", "name": "e"}, Prefer="wait=1")
        assert (answer.status, answer.result) == (202, "queued")
        own_postgres.start()
        await_applied(project, 2, BACK_WITHIN_S)
        assert project.settled(answer.operation_id)["status"] == "applied"


def test_while_sqlite_is_locked_writes_are_taken_in_and_applied_afterwards(
    own_redis: RedisProcess, sqlite_url: str, tmp_path: Path
) -> None:
    with deploy(own_redis.url, sqlite_url, tmp_path, workers=1, lock_timeout_s=0.2) as deployment:
        project = deployment.new_project()
        assert project.identify("ann", user_id="u1").status == 200
        with deployment.database.transaction() as holding_the_lock:
            holding_the_lock.execute(text("SELECT 1"))
            answers = [_track_for_a_second(project, number) for number in range(3)]
        assert [answer.status for answer in answers] == [202] * 3
        await_applied(project, 4, BACK_WITHIN_S)
        assert [event["name"] for event in project.stored()["events"]] == ["e0", "e1", "e2"]


def _track_for_a_second(project: Project, number: int) -> Answer:
    return project.post("track", {"visitor_id": "ann", "name": f"e{number}"}, Prefer="wait=1")


def test_while_postgresql_takes_no_writes_nothing_is_set_aside(
    own_redis: RedisProcess, postgresql_url: str, tmp_path: Path
) -> None:
    with deploy(own_redis.url, postgresql_url, tmp_path, workers=1) as deployment:
        project = deployment.new_project()
        worker = _accept_behind_a_frozen_worker(deployment, project)
        _let_it_only_read(deployment, "on")
        worker.send(signal.SIGCONT)
        wait_until(lambda: "ReadOnlySqlTransaction" in worker.output(), 20, "a write was refused")
        _let_it_only_read(deployment, "off")
        _expect_all_applied(project)
        assert {row["status"] for row in project.rows_of_ledger()} == {"applied"}


def _let_it_only_read(deployment: Deployment, only_reads: str) -> None:
    """As a standby does, or a primary that was taken back: sessions end, new ones only read."""
    with deployment.database.transaction() as connection:
        connection.execute(text("SET TRANSACTION READ WRITE"))
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        change = f'ALTER DATABASE "{name}" SET default_transaction_read_only = {only_reads}'
        connection.execute(text(change))
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

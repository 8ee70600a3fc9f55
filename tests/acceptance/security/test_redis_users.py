"""Edge, worker and command line as the users of docs/redis-users.acl: enough, and no more."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import redis
from sqlalchemy import text

from models.database import Database
from models.provisioning.projects import CreatedProject, create_project
from tests.acceptance.project import Project
from tests.acceptance.security.users_of_redis import GuardedRedis
from tests.services.command_line import CommandLine
from tests.services.processes import Services, WebProcess
from tests.services.run_folder import run_folder
from tests.services.waiting import wait_until
from workers.mailbox.envelope import Envelope, encode
from workers.mailbox.layout import READY, mailbox_key
from workers.mailbox.post import new_nonce

QUICK = {"linger_s": 0.3, "drain_slice_s": 0.05, "sweep_interval_s": 0.2, "prune_interval_s": 0.5}
LETTER = text("SELECT operation_id FROM dead_letters")


@pytest.fixture
def guarded() -> Iterator[GuardedRedis]:
    with GuardedRedis(durable=True, parent=run_folder()) as server:
        yield server


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def created(database: Database) -> CreatedProject:
    with database.transaction() as connection:
        return create_project(connection, "proj_1", "Demo", ("Lead", "Customer"), 1)


@pytest.fixture
def services(guarded: GuardedRedis, sqlite_url: str, tmp_path: Path) -> Iterator[Services]:
    with Services(guarded.url_of("admin"), sqlite_url, tmp_path, **QUICK) as services:
        yield services


@pytest.fixture
def web(services: Services, guarded: GuardedRedis, created: CreatedProject) -> WebProcess:
    services.start_worker(redis_url=guarded.url_of("worker"))
    return services.start_web(redis_url=guarded.url_of("edge"))


@pytest.fixture
def client(web: WebProcess) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=web.url, timeout=20) as client:
        yield client


@pytest.fixture
def hal(guarded: GuardedRedis, sqlite_url: str) -> CommandLine:
    return CommandLine(redis_url=guarded.url_of("operator"), database_url=sqlite_url)


def test_all_that_is_done_in_normal_running_is_allowed(
    guarded: GuardedRedis,
    services: Services,
    client: httpx2.Client,
    created: CreatedProject,
    database: Database,
    hal: CommandLine,
) -> None:
    project = Project(created, client, database)
    _write_in_every_way(client, project)
    _look_in_every_way(client, project)
    _lose_the_jobs(guarded, project)
    _replay_a_poison(guarded, database, hal)
    for command in (("doctor",), ("prune",), ("operations", "list", "proj_1")):
        done = hal(*command)
        assert done.code == 0, done.output + done.errors
    for process in services.started:
        process.stop()
    assert guarded.denied() == []


def _write_in_every_way(client: httpx2.Client, project: Project) -> None:
    first = project.post("identify", {"visitor_id": "v", "user_id": "u"}, Idempotency_Key="k")
    again = project.post("identify", {"visitor_id": "v", "user_id": "u"}, Idempotency_Key="k")
    assert (first.status, again.headers["idempotent-replayed"]) == (200, "true")
    assert project.track("v", "e").status == 200
    bearer = {"authorization": f"Bearer {project.created.secret_token}"}
    events = [{"type": "track", "visitor_id": "v", "name": f"e{n}"} for n in range(200)]
    for path, body in (
        ("/api/contacts", {"email": "a@example.com"}),
        ("/api/project/keys", {"kind": "secret"}),
        ("/api/batch", {"operations": events, "lane": "bulk"}),
        ("/api/widget/batch", {"operations": events[:2]}),
    ):
        answer = client.post(path, json=body, headers=bearer)
        assert answer.status_code in (200, 201, 202), answer.text
    stages = {"stages": [{"name": "Other"}]}
    assert client.put("/api/stages", json=stages, headers=bearer).status_code == 200


def _look_in_every_way(client: httpx2.Client, project: Project) -> None:
    queued = project.post("track", {"visitor_id": "v", "name": "z"}, Prefer="respond-async")
    assert project.settled(queued.operation_id)["status"] == "applied"
    bearer = {"authorization": f"Bearer {project.created.secret_token}"}
    assert client.get("/api/operations?status=queued", headers=bearer).status_code == 200
    ready = client.get("/readyz")
    assert ready.json()["checks"]["redis"]["survives"] == "a crash and a power loss"
    assert ready.json()["checks"]["workers"]["alive"] == 1
    assert "hal_rq_workers 1.0" in client.get("/metrics").text.splitlines()


def _lose_the_jobs(guarded: GuardedRedis, project: Project) -> None:
    """Only the sweeper can find this one."""
    with guarded.of("admin") as admin:
        admin.script_flush()
        envelope = Envelope(
            new_nonce(), "track", "publishable", {"visitor_id": "v", "name": "s"}, ""
        )
        entry: bytes = admin.xadd(mailbox_key("proj_1"), {"e": encode(envelope)})
        admin.zadd(READY, {"proj_1": int(entry.partition(b"-")[0])})
    wait_until(
        lambda: "s" in [event["name"] for event in project.stored()["events"]], what="it was swept"
    )


def _replay_a_poison(guarded: GuardedRedis, database: Database, hal: CommandLine) -> None:
    def letters() -> list[str]:
        with database.reading() as connection:
            return [row[0] for row in connection.execute(LETTER)]

    envelope = Envelope(new_nonce(), "track", "publishable", {"visitor_id": "v", "no_such": 1}, "")
    with guarded.of("admin") as admin:
        admin.xadd(mailbox_key("proj_1"), {"e": encode(envelope)})
        admin.zadd(READY, {"proj_1": 1}, nx=True)
    wait_until(letters, what="it was set aside")
    failed = hal("dead-letters", "replay", "proj_1", letters()[0], "--json")
    assert "operation_failed" in failed.output + failed.errors
    assert hal("dead-letters", "discard", "proj_1", letters()[0], "--json").code == 0


FORBIDDEN_TO_ALL: list[tuple[str, ...]] = [
    ("FLUSHALL",),
    ("FLUSHDB",),
    ("CONFIG", "SET", "appendonly", "no"),
    ("CONFIG", "REWRITE"),
    ("KEYS", "*"),
    ("SCAN", "0"),
    ("MONITOR",),
    ("SHUTDOWN",),
    ("ACL", "LIST"),
    ("ACL", "SETUSER", "edge", "+@all"),
    ("CLIENT", "LIST"),
    ("CLIENT", "KILL", "TYPE", "normal"),
    ("REPLICAOF", "NO", "ONE"),
    ("MODULE", "LIST"),
    ("FUNCTION", "LIST"),
    ("SCRIPT", "FLUSH"),
    ("SWAPDB", "0", "1"),
    ("RENAME", "mailbox:p", "mailbox:q"),
    ("XTRIM", "mailbox:p", "MAXLEN", "0"),
    ("GET", "somebody:elses"),
    ("SET", "somebody:elses", "1"),
    ("PUBLISH", "somebody:elses", "1"),
    ("EVAL", "return redis.call('GET', KEYS[1])", "1", "somebody:elses"),
    ("EVAL", "return redis.call('GET', 'somebody:elses')", "0"),
    ("EVAL", "return redis.call('FLUSHALL')", "0"),
]
FORBIDDEN: dict[str, list[tuple[str, ...]]] = {
    "edge": [
        ("XDEL", "mailbox:p", "1-1"),
        ("DEL", "mailbox:p"),
        ("EVAL", "return redis.call('DEL', KEYS[1])", "1", "mailbox:p"),
        ("PUBLISH", "outcomes:x", "{}"),
        ("HGET", "rq:worker:x", "pid"),
        ("SADD", "workers", "x"),
        ("SET", "worker:x", "1"),
        ("SET", "prune", "1"),
        ("LRANGE", "rq:queue:ingest", "0", "-1"),
    ],
    "worker": [
        ("XADD", "mailbox:p", "*", "e", "{}"),
        ("EVAL", "return redis.call('XADD', KEYS[1], '*', 'e', '')", "1", "mailbox:p"),
        ("GET", "key:p:track:k"),
        ("CONFIG", "GET", "requirepass"),
        ("SUBSCRIBE", "outcomes:x"),
    ],
    "operator": [
        ("XDEL", "mailbox:p", "1-1"),
        ("PUBLISH", "outcomes:x", "{}"),
        ("SADD", "rq:workers", "x"),
        ("SADD", "workers", "x"),
        ("SET", "worker:x", "1"),
    ],
}


@pytest.mark.parametrize("user", FORBIDDEN)
def test_a_user_may_do_nothing_else(guarded: GuardedRedis, user: str) -> None:
    with guarded.of(user) as client:
        for command in [*FORBIDDEN_TO_ALL, *FORBIDDEN[user]]:
            with pytest.raises(redis.ResponseError) as refused:
                client.execute_command(*command)
            told = str(refused.value)
            assert "permission" in told or "ACL" in told, (command, told)
    assert guarded.denied()


def test_nobody_comes_in_without_a_password(guarded: GuardedRedis) -> None:
    with redis.Redis.from_url(guarded.url) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_an_edge_that_may_not_read_the_configuration_is_ready_all_the_same(
    guarded: GuardedRedis, client: httpx2.Client
) -> None:
    with guarded.of("admin") as admin:
        admin.execute_command("ACL", "SETUSER", "edge", "-config|get")
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert "unknown" in ready.json()["checks"]["redis"]["survives"]

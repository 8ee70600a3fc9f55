"""Keys, secrets and personal data never get into logs, refusals, metrics or job descriptions.

Everything runs for real with LOG_LEVEL=DEBUG; then everything that the run wrote is searched. What
is there to hold data is left out by name: the database, the mailboxes (with the idempotency keys
and dead letters), Redis' append-only folder, and answers to whoever may read what they show.
"""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import redis
from sqlalchemy import text

from models.database import Database
from models.provisioning.projects import CreatedProject
from models.tables import DeadLetterTable
from tests.acceptance.project import Project
from tests.acceptance.security.canaries import Canaries
from tests.acceptance.security.careless import Careless
from tests.acceptance.security.watching import (
    command_lines,
    commands_on_rq_keys,
    files_below,
    rq_keys,
)
from tests.services.command_line import CommandLine
from tests.services.processes import Services
from tests.services.redis_process import RedisProcess
from tests.services.waiting import wait_until
from workers.mailbox.envelope import Envelope, encode
from workers.mailbox.layout import READY, mailbox_key
from workers.mailbox.post import new_nonce

DATA_IN_THE_FOLDER = ("hal-ingest.db",)
DATA_IN_REDIS_FOLDER = ("appendonlydir/",)
REFUSE_NAMES = {
    True: "ALTER TABLE contacts ADD CONSTRAINT refuse CHECK (notes IS NULL) NOT VALID",
    False: (
        "CREATE TRIGGER refuse BEFORE INSERT ON contacts WHEN NEW.notes IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'refused'); END"
    ),
}
QUICK = {
    "redis_timeout_s": 0.3,
    "lock_timeout_s": 0.2,
    "project_cache_ttl_s": 0.2,
    "widget_wait_s": 0.5,
    "account_wait_s": 0.5,
}
LOUD = {"log_level": "DEBUG"}


class Run:
    """One run of the product, and the evidence of what it wrote."""

    def __init__(self, redis_server: RedisProcess, services: Services, folder: Path) -> None:
        self.canaries = Canaries()
        self.redis_server = redis_server
        self.services = services
        self.folder = folder
        self.evidence: dict[str, str] = {}
        self.database = Database(services.database_url)
        self.command = CommandLine(
            database_url=services.database_url, redis_url=redis_server.url, **LOUD
        )
        self.created = self._create_project()

    def _create_project(self) -> CreatedProject:
        done = self.command("project", "create", "--id", "proj_1", "--name", "Demo",
                            "--stages", "Lead,Customer", "--json")  # fmt: skip
        self.evidence["project create, errors"] = done.errors
        shown = done.document
        self.canaries.secrets |= {k: v for k, v in shown.items() if k != "project_id"}
        return CreatedProject(**shown)

    def tell(self, *arguments: str, **settings: str) -> None:
        """Run a command line that has no business with data: all it writes is evidence."""
        places = {"database_url": self.services.database_url, "redis_url": self.redis_server.url}
        done = CommandLine(**{**places, **LOUD, **settings})(*arguments)
        place = f"{' '.join(arguments)} ({len(self.evidence)})"
        self.evidence[place] = done.output + done.errors

    def poison(self, payload: object) -> None:
        """Put into the mailbox what fails by itself, with data in the error's text."""
        raw = (
            encode(Envelope(new_nonce(), "track", "publishable", payload, ""))
            if isinstance(payload, dict)
            else str(payload).encode()
        )
        letters = len(self.letters())
        with redis.Redis.from_url(self.redis_server.url) as client:
            client.xadd(mailbox_key("proj_1"), {"e": raw})
            client.zadd(READY, {"proj_1": 1}, nx=True)
        wait_until(lambda: len(self.letters()) > letters, what="the poison was set aside")

    def letters(self) -> list[str]:
        with self.database.reading() as connection:
            rows = connection.execute(
                text(f"SELECT operation_id FROM {DeadLetterTable.__tablename__}")
            )
            return [row[0] for row in rows]

    def write(self, statement: str) -> None:
        with self.database.transaction() as connection:
            connection.execute(text(statement))

    def collect(self) -> dict[str, str]:
        """Everything that the run wrote and that must hold no data."""
        logs = {f"log of {each.name}": each.output() for each in self.services.started}
        return {
            **self.evidence,
            **logs,
            **rq_keys(self.redis_server.url),
            **files_below(self.folder, DATA_IN_THE_FOLDER),
            **files_below(self.redis_server.folder, DATA_IN_REDIS_FOLDER),
        }


@pytest.fixture
def run(own_redis: RedisProcess, database_url: str, tmp_path: Path) -> Iterator[Run]:
    metrics = {"prometheus_multiproc_dir": tmp_path / "metrics"}
    with Services(own_redis.url, database_url, tmp_path, **QUICK, **LOUD, **metrics) as services:
        services.is_cold = True  # forks would show the command line of what they were forked off
        run = Run(own_redis, services, tmp_path)
        yield run
        run.database.close()


@pytest.mark.slow
def test_nothing_that_the_run_wrote_holds_a_secret_or_personal_data(run: Run) -> None:
    with httpx2.Client(timeout=20) as client, commands_on_rq_keys(run.redis_server) as commands:
        careless = _start(run, client)
        careless.all_that_is_accepted()
        careless.all_that_is_refused()
        _send_no_http(run)
        _poison(run)
        _look_and_mend(run)
        _freeze_redis(run, careless)
        _lock_the_database(run, careless)
        run.evidence |= command_lines(run.services.started)
        for path in ("/metrics", "/readyz", "/healthz", "/openapi.json"):
            run.evidence[path] = client.get(path).text
        _break_the_database(run, careless)
    _misconfigure(run)
    run.evidence |= careless.refusals
    run.evidence["commands on RQ's keys"] = "".join(commands)
    for process in run.services.started:
        process.stop()
    evidence = run.collect()
    _expect_to_have_seen_much(run, evidence)
    assert run.canaries.found_in(evidence) == []


def _start(run: Run, client: httpx2.Client) -> Careless:
    web = run.services.start_web()
    run.services.start_worker()
    client.base_url = web.url
    return Careless(client, Project(run.created, client, run.database), run.canaries)


def _send_no_http(run: Run) -> None:
    host, _, port = run.services.started[0].url.removeprefix("http://").partition(":")  # type: ignore[attr-defined]
    for nonsense in (f"GET /{run.canaries.person} BREW\r\n\r\n", f"{run.canaries.person}\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(nonsense.encode())
            said = connection.makefile("rb").read().decode()
        run.evidence[f"answer to nonsense {len(run.evidence)}"] = said


def _poison(run: Run) -> None:
    who = run.canaries.person
    run.poison({"visitor_id": who, who: 1})
    run.poison({"visitor_id": who, "name": "a", "value": None, "occurred_at_ms": who})
    run.poison(f"no envelope of {who}")


def _look_and_mend(run: Run) -> None:
    first, second, *_ = run.letters()
    run.tell("dead-letters", "list", "proj_1")
    run.tell("dead-letters", "discard", "proj_1", first, "--json")
    run.tell("dead-letters", "replay", "proj_1", second, "--json")
    run.tell("keys", "list", "proj_1")
    run.tell("identity-secrets", "list", "proj_1")
    run.tell("project", "show", "proj_1")
    run.tell("prune", "--json")
    run.tell("doctor", "--json")


def _freeze_redis(run: Run, careless: Careless) -> None:
    run.redis_server.pause()
    careless.all_that_depends_on_the_stores()
    run.tell("doctor")
    run.tell("dead-letters", "replay", "proj_1", run.letters()[-1])
    run.redis_server.resume()


def _lock_the_database(run: Run, careless: Careless) -> None:
    lock = (
        "LOCK TABLE contacts, projects, mailboxes IN ACCESS EXCLUSIVE MODE"
        if run.database.is_postgresql
        else "SELECT 1"
    )
    with run.database.transaction() as connection:
        connection.execute(text(lock))
        careless.all_that_depends_on_the_stores()
        run.tell("contacts", "show", "proj_1", "nobody")


def _break_the_database(run: Run, careless: Careless) -> None:
    """The database refuses rows, and quotes them; what it has cannot be read."""
    who, letters = run.canaries.person, len(run.letters())
    run.write(REFUSE_NAMES[run.database.is_postgresql])
    careless.post("/api/contacts", {"name": who, "notes": who}, Prefer="respond-async")
    wait_until(lambda: len(run.letters()) > letters, what="what the database refused was set aside")
    if not run.database.is_postgresql:
        run.write(f"UPDATE contacts SET created_at_ms = '{who}'")
        careless.all_that_depends_on_the_stores()
        run.tell("contacts", "show", "proj_1", "nobody")
    run.write("ALTER TABLE contacts RENAME COLUMN phone TO phone_gone")
    careless.all_that_depends_on_the_stores()


def _misconfigure(run: Run) -> None:
    password = run.canaries.secret("password in a URL")
    nowhere = f"redis://user:{password}@127.0.0.1:1/0"
    lost = f"postgresql://user:{password}@127.0.0.1:1/hal"
    run.tell("doctor", redis_url=nowhere, database_url=lost)
    run.tell("migrate", database_url=lost)
    run.tell("worker", "--burst", redis_url=nowhere)
    run.tell("doctor", redis_url=f"redis://{password}:{password}@[:{password}/0")
    run.tell("doctor", database_url=f"mysql://user:{password}@127.0.0.1/hal")
    run.tell("contacts", "show", "proj_1", "nobody", database_url=lost)


def _expect_to_have_seen_much(run: Run, evidence: dict[str, str]) -> None:
    """Searching what is empty finds nothing: the canaries were where they belong."""
    with run.database.reading() as connection:
        names = [row[0] for row in connection.execute(text("SELECT name FROM contacts"))]
    assert run.canaries.person in names
    assert len(run.canaries.secrets) > 20
    assert "hal_operations_set_aside_total" in evidence["/metrics"]
    worker_log = evidence["log of worker-1"]
    for told in ("was set aside", "Redis is away", "away or busy"):
        assert told in worker_log
    assert (
        "workers.drain.drain" in evidence["commands on RQ's keys"]
        or "rq:job" in (evidence["commands on RQ's keys"])
    )
    statuses = {place.split(", ")[1].split()[0] for place in evidence if "refusal" in place}
    assert {"400", "401", "403", "404", "409", "413", "415", "503"} <= statuses

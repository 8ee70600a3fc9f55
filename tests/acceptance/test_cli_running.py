"""The parts are started, migrated and examined from the command line (contract §13)."""

import http.client
import json
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from sqlalchemy import create_engine, text

from ingest_api.listening import ACCEPTED_A_ROUND
from tests.services.command_line import CommandLine
from tests.services.processes import Services
from tests.services.redis_process import RedisProcess
from tests.services.waiting import wait_until

PASSWORD = "not-for-any-log"
_NOWHERE = f"postgresql://hal:{PASSWORD}@127.0.0.1:1/hal"
_NO_REDIS = "redis://127.0.0.1:1/0"


def checks(told: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["status"] for check in told["checks"]}


def test_migrate_says_from_which_version_to_which(tmp_path: Path) -> None:
    hal = CommandLine(database_url=f"sqlite:///{tmp_path}/not/there/yet.db")
    before = hal("project", "list")
    first = hal("migrate", "--json").document
    again = hal("migrate", "--json").document
    assert before.code == 1
    assert f"{tmp_path}/not/there/yet.db: run `hal-ingest migrate`" in before.errors
    assert (first["from"], first["changed"]) == (None, True)
    assert again == {"from": first["to"], "to": first["to"], "changed": False}
    assert hal("project", "list").code == 0


def test_a_database_without_tables_is_told_to_migrate(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    hal = CommandLine(database_url=f"sqlite:///{tmp_path}/empty.db")
    refused = hal("project", "list", "--json")
    assert refused.refusal["code"] == "database_not_migrated"
    assert "hal-ingest migrate" in refused.refusal["detail"]


@pytest.mark.parametrize("command", ["web", "worker"])
def test_nothing_starts_on_a_database_without_tables(command: str, unmigrated_url: str) -> None:
    refused = CommandLine(redis_url=_NO_REDIS, database_url=unmigrated_url)(command)
    as_json = CommandLine(redis_url=_NO_REDIS, database_url=unmigrated_url)(command, "--json")
    assert (refused.code, as_json.code) == (1, 1)
    assert refused.errors.startswith("hal-ingest: ")
    assert "`hal-ingest migrate`" in refused.errors
    assert refused.errors.count("\n") == 1
    assert as_json.refusal["code"] == "database_not_migrated"


@pytest.mark.parametrize("command", ["web", "worker"])
def test_a_database_that_is_away_is_waited_for(
    command: str, redis_url: str, tmp_path: Path
) -> None:
    with Services(redis_url, _NOWHERE, tmp_path) as services:
        start = services.start_web if command == "web" else services.start_worker
        process = start()
        assert process.is_alive()
        said = [line for line in process.output().splitlines() if "cannot be asked yet" in line]
    assert len(said) == 1
    assert "connection refused" in said[0]
    assert PASSWORD not in said[0]


@pytest.mark.parametrize("arguments", [("project", "list"), ("migrate",)])
def test_a_database_that_is_away_is_one_clear_line(arguments: tuple[str, ...]) -> None:
    refused = CommandLine(database_url=_NOWHERE)(*arguments)
    assert refused.code == 1
    assert refused.errors.count("\n") == 1
    assert "connection refused" in refused.errors
    assert PASSWORD not in refused.errors


@pytest.mark.parametrize("arguments", [("project", "list"), ("migrate",), ("doctor",)])
def test_a_database_file_that_cannot_even_be_looked_for_is_told_as_unusable(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/{'a-name-too-long' * 20}.db"
    told = CommandLine(database_url=url, redis_url=_NO_REDIS)(*arguments)
    assert told.code == 1
    assert "unable to open database file" in told.output + told.errors
    assert "Traceback" not in told.errors


@pytest.mark.parametrize("command", ["web", "worker", "up", "migrate", "doctor"])
def test_a_bad_setting_stops_the_start_with_one_clear_line(command: str, tmp_path: Path) -> None:
    data = ("--data", str(tmp_path)) if command == "up" else ()
    refused = CommandLine(port="many", database_url=_NOWHERE)(command, *data, "--json")
    assert refused.code == 1
    assert "PORT" in refused.output + refused.errors
    assert "Traceback" not in refused.errors
    assert PASSWORD not in refused.output + refused.errors


@pytest.mark.parametrize("command", ["web", "worker", "up"])
def test_a_metrics_folder_that_is_none_stops_the_start_with_one_clear_line(
    command: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    data = ("--data", str(tmp_path)) if command == "up" else ()
    refused = CommandLine(prometheus_multiproc_dir=tmp_path / "file")(command, *data)
    assert refused.code == 1
    assert refused.errors.startswith("hal-ingest: PROMETHEUS_MULTIPROC_DIR: ")
    assert refused.errors.count("\n") == 1


def test_doctor_finds_a_durable_installation_sound(
    own_redis: RedisProcess, sqlite_url: str, tmp_path: Path
) -> None:
    hal = CommandLine(redis_url=own_redis.url, database_url=sqlite_url)
    bare = hal("doctor", "--json")
    with Services(own_redis.url, sqlite_url, tmp_path) as services:
        services.start_worker()
        services.start_web(web_workers=2)
        with redis.Redis.from_url(own_redis.url) as direct:
            wait_until(lambda: len(direct.pubsub_channels("outcomes:*")) == 2, what="both listen")
        running = hal("doctor", "--json")
    assert bare.code == 0
    assert (checks(bare.document)["edges"], checks(bare.document)["workers"]) == ("warn", "warn")
    assert running.document["status"] == "ok"
    assert set(checks(running.document).values()) == {"ok"}
    assert "migrations" in checks(running.document)
    (edges,) = [check for check in running.document["checks"] if check["name"] == "edges"]
    assert edges["detail"] == "2 running"


def test_doctor_fails_a_redis_that_would_lose_what_was_accepted(
    redis_url: str, sqlite_url: str
) -> None:
    examined = CommandLine(redis_url=redis_url, database_url=sqlite_url)("doctor", "--json")
    assert examined.code == 1
    assert examined.document["status"] == "fail"
    assert checks(examined.document)["redis_persistence"] == "fail"
    failed = [check for check in examined.document["checks"] if check["status"] == "fail"]
    assert all(check["mend"] for check in failed)


def test_doctor_fails_a_redis_that_only_reads(own_redis: RedisProcess, sqlite_url: str) -> None:
    with redis.Redis.from_url(own_redis.url) as direct:
        direct.replicaof("127.0.0.1", "1")
    examined = CommandLine(redis_url=own_redis.url, database_url=sqlite_url)("doctor", "--json")
    assert examined.code == 1
    assert checks(examined.document)["redis_role"] == "fail"


def test_doctor_fails_a_postgresql_that_would_lose_what_was_committed(
    redis_url: str, postgresql_url: str
) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    engine.dispose()
    examined = CommandLine(redis_url=redis_url, database_url=postgresql_url)("doctor", "--json")
    found = checks(examined.document)
    durability = next(c for c in examined.document["checks"] if c["name"] == "database_durability")
    assert examined.code == 1
    assert (found["database"], found["migrations"], found["database_clock"]) == ("ok", "ok", "ok")
    assert durability["status"] == "fail"
    assert "synchronous_commit = on" in durability["mend"]


def test_doctor_reports_all_that_is_away_and_no_password() -> None:
    examined = CommandLine(redis_url=f"redis://:{PASSWORD}@127.0.0.1:1/0", database_url=_NOWHERE)(
        "doctor"
    )
    assert examined.code == 1
    assert examined.output.count("connection refused") == 2
    assert PASSWORD not in examined.output + examined.errors


def test_doctor_asks_for_the_migration(redis_url: str, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    hal = CommandLine(redis_url=redis_url, database_url=f"sqlite:///{tmp_path}/empty.db")
    examined = hal("doctor", "--json").document
    migrations = next(check for check in examined["checks"] if check["name"] == "migrations")
    assert migrations["status"] == "fail"
    assert "hal-ingest migrate" in migrations["mend"]


def test_web_answers_says_nothing_about_itself_and_stops_cleanly(
    redis_url: str, sqlite_url: str, tmp_path: Path
) -> None:
    with Services(redis_url, sqlite_url, tmp_path) as services:
        web = services.start_web(web_workers=2)
        connection = http.client.HTTPConnection(urlsplit(web.url).netloc, timeout=10)
        connection.request("GET", "/healthz", headers={"X-Forwarded-For": "192.0.2.1"})
        answer = connection.getresponse()
        connection.close()
        code = web.stop()
        lines = [json.loads(line) for line in web.output().splitlines()]
    assert answer.status == 200
    assert answer.getheader("server") is None
    assert code == 0
    assert not any("healthz" in line["event"] for line in lines)


def open_files(pid: int) -> list[str]:
    held = []
    for each in Path(f"/proc/{pid}/fd").iterdir():
        # One that was closed meanwhile.
        with suppress(FileNotFoundError):
            held.append(str(each.readlink()))
    return held


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux lists a process' sockets")
def test_an_edge_listens_as_often_as_its_loop_is_to_accept_in_a_round(
    redis_url: str, sqlite_url: str, tmp_path: Path
) -> None:
    with Services(redis_url, sqlite_url, tmp_path) as services:
        web = services.start_web()
        port = f":{urlsplit(web.url).port:04X}"
        tables = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
        (listening,) = (row[9] for row in tables if row[1].endswith(port) and row[3] == "0A")
        held = open_files(web.pid)
    assert held.count(f"socket:[{listening}]") >= ACCEPTED_A_ROUND


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_an_edge_with_0(
    redis_url: str, sqlite_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    with Services(redis_url, sqlite_url, tmp_path) as services:
        web = services.start_web()
        web.send(number)
        assert web.wait() == 0
        assert "Traceback" not in web.output()


def test_web_tells_a_taken_port_in_one_line(redis_url: str, sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        hal = CommandLine(redis_url=redis_url, database_url=sqlite_url, port=port)
        refused, as_json = hal("web"), hal("web", "--json")
    assert (refused.code, as_json.code) == (1, 1)
    assert refused.errors == (
        f"hal-ingest: cannot listen on 127.0.0.1 port {port}: "
        "Address already in use (set HOST or PORT)\n"
    )
    assert as_json.refusal["code"] == "cannot_listen"


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "two..dots"])
def test_web_tells_an_impossible_host_in_one_line(
    host: str, redis_url: str, sqlite_url: str
) -> None:
    refused = CommandLine(redis_url=redis_url, database_url=sqlite_url)("web", "--host", host)
    assert refused.code == 1
    assert refused.errors.startswith(f"hal-ingest: cannot listen on {host} port ")
    assert refused.errors.count("\n") == 1


def test_only_workers_that_count_together_share_the_port_of_their_metrics(
    redis_url: str, sqlite_url: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = {"worker_metrics_port": taken.getsockname()[1]}
        apart = CommandLine(redis_url=redis_url, database_url=sqlite_url, **port)
        refused = apart("worker", "--burst", "--json")
        folder = {"prometheus_multiproc_dir": tmp_path / "metrics"}
        together = CommandLine(redis_url=redis_url, database_url=sqlite_url, **port, **folder)
        assert together("worker", "--burst").code == 0
    assert refused.refusal["code"] == "cannot_listen"


def test_worker_becomes_the_worker_itself(redis_url: str, sqlite_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ingest_api.cli", "worker", "--json", "--burst"]
    with Services(redis_url, sqlite_url, tmp_path) as services:
        worker = services.start("burst", command)
        assert worker.wait() == 0, worker.output()
        assert all(json.loads(line) for line in worker.output().splitlines())

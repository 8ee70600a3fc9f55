"""Workers prune by themselves, and a person can do so by hand (contract §4 Retries, §13)."""

import json
import sys
from collections.abc import Iterator

import pytest

from tests.integration.aging import Past
from tests.services.command_line import CommandLine
from tests.services.processes import Services
from tests.services.waiting import wait_until

NO_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture
def past(redis_url: str, database_url: str) -> Iterator[Past]:
    past = Past(redis_url, database_url)
    yield past
    past.close()


@pytest.fixture
def hal(redis_url: str, database_url: str) -> CommandLine:
    return CommandLine(redis_url=redis_url, database_url=database_url)


def test_a_worker_prunes_by_itself_says_so_in_one_line_and_stops_cleanly(
    past: Past, services: Services
) -> None:
    past.settle(40)
    past.settle(20, "k")
    worker = services.start_worker(log_format="json")
    wait_until(lambda: list(past.receipts().values()) == [None], what="it is pruned")
    assert worker.stop() == 0
    events = [json.loads(line)["event"] for line in worker.output().splitlines()]
    told = [event for event in events if event.startswith("pruned")]
    assert len(told) == 1
    assert told[0].startswith("pruned 1 receipts, 1 keys and 0 dead letters of 1 projects")


def test_prune_by_hand_counts_then_removes(past: Past, hal: CommandLine) -> None:
    past.settle(40)
    kept = past.settle(20, "k")
    counted = hal("prune", "--dry-run", "--json")
    assert counted.code == 0, counted.errors
    assert counted.document == {
        "projects": 1,
        "receipts": 1,
        "keys": 1,
        "dead_letters": 0,
        "dry_run": True,
        "stopped": False,
    }
    assert len(past.receipts()) == 2
    assert hal("prune").output == "Removed 1 receipts, 1 keys and 0 dead letters of 1 projects.\n"
    assert past.receipts() == {kept: None}


def test_the_settings_say_what_is_old(past: Past, redis_url: str, database_url: str) -> None:
    kept = past.settle(40, "k")
    hal = CommandLine(
        redis_url=redis_url, database_url=database_url, receipt_retention_days="forever"
    )
    assert hal("prune", "--json").document["receipts"] == 0
    assert past.receipts() == {kept: None}


def test_a_retention_of_keys_below_a_week_is_refused(redis_url: str, sqlite_url: str) -> None:
    hal = CommandLine(redis_url=redis_url, database_url=sqlite_url, key_retention_days=6)
    refused = hal("prune", "--json")
    assert (refused.code, refused.refusal["code"]) == (1, "invalid_setting")
    assert "KEY_RETENTION_DAYS" in refused.refusal["detail"]


@pytest.mark.parametrize("flags", [(), ("--dry-run",)])
def test_where_redis_cannot_say_what_waits_nothing_is_pruned(
    past: Past, database_url: str, flags: tuple[str, ...]
) -> None:
    kept = past.settle(40)
    refused = CommandLine(redis_url=NO_REDIS, database_url=database_url)("prune", "--json", *flags)
    assert (refused.code, refused.refusal["code"]) == (1, "redis_unavailable")
    assert list(past.receipts()) == [kept]


def test_a_database_without_tables_is_told_to_migrate(redis_url: str, unmigrated_url: str) -> None:
    refused = CommandLine(redis_url=redis_url, database_url=unmigrated_url)("prune")
    assert refused.code == 1
    assert "hal-ingest migrate" in refused.errors
    assert refused.errors.count("\n") == 1


def test_a_person_waits_for_a_worker_that_prunes(past: Past, hal: CommandLine) -> None:
    past.settle(40)
    past.redis.set("prune", "somebody", px=1_500)
    assert hal("prune", "--json").document["receipts"] == 1


def test_while_a_worker_prunes_for_longer_a_person_is_told_so(past: Past, hal: CommandLine) -> None:
    past.redis.set("prune", "somebody")
    refused = hal("prune", "--json", "--wait-s", "0.1")
    assert (refused.code, refused.refusal["code"]) == (1, "pruning_already")


def test_a_burst_of_a_worker_prunes_nothing(past: Past, services: Services) -> None:
    kept = past.settle(40)
    worker = services.start("burst", [sys.executable, "-m", "workers", "--burst"])
    assert worker.wait() == 0, worker.output()
    assert list(past.receipts()) == [kept]

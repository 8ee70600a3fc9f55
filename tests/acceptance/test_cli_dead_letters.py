"""What failed by itself is looked into, asked for again once, or forgotten (contract §11)."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from models.operations import to_payload, validate
from models.queries.dead_letters import find_dead_letter
from models.store.columns import table_of
from models.tables import DeadLetterTable
from tests.integration.desk import Desk, open_desk
from tests.integration.pipeline import raw_envelope
from tests.services.command_line import CommandLine
from tests.services.processes import Services
from workers.mailbox.operation_ids import operation_id


@pytest.fixture
def desk(redis_url: str, sqlite_url: str) -> Iterator[Desk]:
    with open_desk(redis_url, sqlite_url) as desk:
        yield desk


@pytest.fixture
def hal(redis_url: str, sqlite_url: str) -> CommandLine:
    return CommandLine(redis_url=redis_url, database_url=sqlite_url)


@pytest.fixture
def services(redis_url: str, sqlite_url: str, tmp_path: Path) -> Iterator[Services]:
    with Services(redis_url, sqlite_url, tmp_path) as services:
        yield services


@pytest.fixture
def letter_id(desk: Desk) -> str:
    """An operation that failed for a cause which is mended by now."""
    operation, _ = validate("identify", {"visitor_id": "v1", "email": "ann@example.com"})
    envelope = raw_envelope("identify", to_payload(operation))
    # A worker prunes what is old.
    now_ms = time.time_ns() // 1_000_000
    letter = {
        "project_id": desk.project_id,
        "operation_id": operation_id(f"{now_ms}-0", envelope.nonce),
        "type": "identify",
        "envelope": replace(envelope, caller="publishable").as_document(),
        "reason": "KeyError",
        "failed_at_ms": now_ms,
    }
    with desk.database.transaction() as connection:
        connection.execute(insert(table_of(DeadLetterTable)), [letter])
    return str(letter["operation_id"])


def is_kept(desk: Desk, letter_id: str) -> bool:
    with desk.database.reading() as connection:
        return find_dead_letter(connection, desk.project_id, letter_id) is not None


def test_dead_letters_are_listed_and_shown_with_the_reason(
    desk: Desk, hal: CommandLine, letter_id: str
) -> None:
    listed = hal("dead-letters", "list", desk.project_id)
    assert letter_id in listed.output
    assert "KeyError" in listed.output
    assert "ann@example.com" not in listed.output
    items = hal("dead-letters", "list", desk.project_id, "--json").document["items"]
    shown = hal("dead-letters", "show", desk.project_id, letter_id, "--json").document
    assert items == [shown]
    assert (shown["reason"], shown["payload"]["email"]) == ("KeyError", "ann@example.com")
    assert "dead-letters replay" in hal("dead-letters", "show", desk.project_id, letter_id).output


def test_a_replay_is_a_new_operation_and_happens_once(
    desk: Desk, hal: CommandLine, letter_id: str, services: Services
) -> None:
    services.start_worker()
    done = hal("dead-letters", "replay", desk.project_id, letter_id, "--json")
    assert done.code == 0, done.errors
    assert (done.document["type"], done.document["status"]) == ("identify", "applied")
    assert done.document["operation_id"] != letter_id
    assert not is_kept(desk, letter_id)
    again = hal("dead-letters", "replay", desk.project_id, letter_id, "--json")
    assert (again.code, again.refusal["code"]) == (1, "not_found")
    assert len(desk.ledger_ids()) == 1


def test_a_replay_that_fails_again_says_so(
    desk: Desk, hal: CommandLine, services: Services
) -> None:
    desk.write(raw_envelope("track", {"visitor_id": "v1"}))
    (failed,) = desk.dead_letters()
    services.start_worker()
    again = hal("dead-letters", "replay", desk.project_id, failed, "--json")
    assert (again.code, again.refusal["code"]) == (1, "operation_failed")


def test_without_a_worker_a_replay_is_queued_and_told_where_to_look(
    desk: Desk, hal: CommandLine, letter_id: str
) -> None:
    queued = hal("dead-letters", "replay", desk.project_id, letter_id, "--wait-s", "0.1")
    assert queued.code == 0, queued.errors
    assert "queued" in queued.output
    assert f"hal-ingest operations show {desk.project_id} op_" in queued.output
    assert desk.left() == 1


def test_a_discarded_letter_is_gone(
    desk: Desk, hal: CommandLine, letter_id: str, services: Services
) -> None:
    services.start_worker()
    done = hal("dead-letters", "discard", desk.project_id, letter_id, "--json")
    assert done.code == 0, done.errors
    assert done.document["type"] == "discard_dead_letter"
    assert not is_kept(desk, letter_id)
    again = hal("dead-letters", "discard", desk.project_id, letter_id, "--json")
    assert (again.code, again.refusal["code"]) == (1, "not_found")


def test_what_was_never_readable_can_only_be_discarded(desk: Desk, hal: CommandLine) -> None:
    broken = desk.put_raw(b"\0 no envelope")
    desk.drain().run(desk.project_id)
    refused = hal("dead-letters", "replay", desk.project_id, broken, "--json")
    assert (refused.code, refused.refusal["code"]) == (1, "dead_letter_malformed")
    assert is_kept(desk, broken)


@pytest.mark.parametrize("command", ["show", "replay", "discard"])
def test_an_unknown_letter_is_one_clear_line(
    desk: Desk, hal: CommandLine, letter_id: str, command: str
) -> None:
    for words in ((desk.project_id, "op_x"), ("nowhere", letter_id)):
        refused = hal("dead-letters", command, *words)
        assert (refused.code, refused.output) == (1, "")
        assert refused.errors.count("\n") == 1
    assert desk.left() == 0


def test_where_redis_is_away_nothing_is_asked_for(
    desk: Desk, letter_id: str, sqlite_url: str
) -> None:
    hal = CommandLine(redis_url="redis://127.0.0.1:1/0", database_url=sqlite_url)
    refused = hal("dead-letters", "replay", desk.project_id, letter_id, "--json")
    assert (refused.code, refused.refusal["code"]) == (1, "redis_unavailable")
    assert is_kept(desk, letter_id)

"""A contact on one screen: who, which companies, and what happened by which operation (§11)."""

import re
from collections.abc import Iterator

import pytest

from models.operations import Operation, validate
from tests.integration.desk import Desk, open_desk
from tests.services.command_line import CommandLine


@pytest.fixture
def desk(redis_url: str, sqlite_url: str) -> Iterator[Desk]:
    with open_desk(redis_url, sqlite_url) as desk:
        yield desk


@pytest.fixture
def hal(redis_url: str, sqlite_url: str) -> CommandLine:
    return CommandLine(redis_url=redis_url, database_url=sqlite_url)


def asked(operation_type: str, visitor_id: str, **body: object) -> Operation:
    operation, _ = validate(operation_type, {"visitor_id": visitor_id, **body})
    return operation


@pytest.fixture
def merged_id(desk: Desk) -> str:
    """Ann, who was two contacts until she signed in; the id of the one that was merged away."""
    first, *_ = desk.write(
        asked("identify", "mail", email="ann@example.com", company={"name": "Acme"}),
        asked("set_deal", "mail", deal_value=0.1, stage_name="Lead"),
        asked("identify", "user", user_id="u1", email="old@example.com"),
        asked("identify", "user", user_id="u1", email="new@example.com"),
    )
    desk.write(asked("track", "user", name="seen", value="[red]"))
    return str(first["outcome"]["contact_id"])


def test_a_contact_is_found_by_id_by_any_address_and_by_user_id(
    desk: Desk, hal: CommandLine, merged_id: str
) -> None:
    by_mail = hal("contacts", "show", desk.project_id, "OLD@Example.com", "--json")
    assert by_mail.code == 0, by_mail.errors
    found = by_mail.document
    assert (found["email"], found["emails"]) == (
        "new@example.com",
        ["new@example.com", "old@example.com"],
    )
    assert found["visitors"] == ["user"]
    for words in ("u1", found["id"], "new@example.com"):
        assert hal("contacts", "show", desk.project_id, words, "--json").document == found


def test_companies_and_timeline_stand_in_tables(
    desk: Desk, hal: CommandLine, merged_id: str
) -> None:
    shown = hal("contacts", "show", desk.project_id, merged_id).output
    assert re.search(r"com_\S+ +- +Acme +Lead +0\.1 +false", shown), shown
    assert re.search(r"deal_changed +com_\S+ +op_[0-9a-f]{32} +to 0\.1", shown), shown


def test_a_merged_id_shows_who_the_contact_is_now(desk: Desk, hal: CommandLine) -> None:
    first, second = desk.write(
        asked("identify", "mail", email="ann@example.com"),
        asked("identify", "user", user_id="u1"),
    )
    desk.write(asked("identify", "user", user_id="u1", email="ann@example.com"))
    shown = hal("contacts", "show", desk.project_id, first["outcome"]["contact_id"], "--json")
    assert shown.document["id"] == second["outcome"]["contact_id"]
    assert shown.document["visitors"] == ["mail", "user"]
    assert "merged" in [row["kind"] for row in shown.document["timeline"]]


def test_the_timeline_is_as_long_as_asked_for_newest_first(
    desk: Desk, hal: CommandLine, merged_id: str
) -> None:
    desk.write(*(asked("track", "user", name=f"n{number}") for number in range(5)))
    shown = hal("contacts", "show", desk.project_id, "u1", "--limit", "3", "--json").document
    assert [row["name"] for row in shown["timeline"]] == ["n4", "n3", "n2"]


@pytest.mark.parametrize("words", ["nobody", "nobody@example.com"])
def test_an_unknown_contact_is_one_clear_line(
    desk: Desk, hal: CommandLine, merged_id: str, words: str
) -> None:
    refused = hal("contacts", "show", desk.project_id, words, "--json")
    assert (refused.code, refused.refusal["code"]) == (1, "not_found")
    assert hal("contacts", "show", "nowhere", words).errors.count("\n") == 1

"""Where did it go? A person at a terminal finds out which operation did what (contract §11)."""

import json
import re
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.operations import Operation, validate
from models.operations.companies import UpdateCompany
from tests.integration.desk import Desk, open_desk
from tests.services.command_line import CommandLine
from tests.services.processes import ServiceProcess, Services
from tests.services.waiting import wait_until

TAIL = [sys.executable, "-m", "ingest_api.cli", "operations", "tail"]
EXACT = 999_999_999_999.9999


@pytest.fixture
def desk(redis_url: str, sqlite_url: str) -> Iterator[Desk]:
    with open_desk(redis_url, sqlite_url) as desk:
        yield desk


@pytest.fixture
def hal(redis_url: str, sqlite_url: str) -> CommandLine:
    return CommandLine(redis_url=redis_url, database_url=sqlite_url)


def asked(operation_type: str, visitor_id: str = "v1", **body: object) -> Operation:
    operation, _ = validate(operation_type, {"visitor_id": visitor_id, **body})
    return operation


def ids(documents: list[dict[str, str]]) -> list[str]:
    return [document["operation_id"] for document in documents]


# -- list ----------------------------------------------------------------------------------------


def test_the_list_shows_what_happened_and_what_still_waits_newest_first(
    desk: Desk, hal: CommandLine
) -> None:
    desk.write(asked("identify", email="ann@example.com"), asked("set_stage", stage_name="None"))
    desk.put(asked("track", "v2", name="waiting"))
    listed = hal("operations", "list", desk.project_id, "--json")
    assert listed.code == 0, listed.errors
    told = [(row["type"], row["status"]) for row in listed.document["items"]]
    assert told == [("track", "queued"), ("set_stage", "rejected"), ("identify", "applied")]
    as_table = hal("operations", "list", desk.project_id).output
    assert "stage_not_found" in as_table
    assert all(row["operation_id"] in as_table for row in listed.document["items"])


def test_the_list_is_narrowed_by_every_filter(desk: Desk, hal: CommandLine) -> None:
    first, _, third = desk.write(
        asked("identify", email="ann@example.com"),
        asked("track", "v2", name="seen"),
        asked("set_stage", stage_name="None"),
    )
    first_id, third_id = first["operation_id"], third["operation_id"]

    def listed(*words: str) -> list[str]:
        return ids(hal("operations", "list", desk.project_id, *words, "--json").document["items"])

    assert listed("--visitor", "v1", "--since", "1h") == [third_id, first_id]
    contact_id = first["outcome"]["contact_id"]
    assert listed("--contact", contact_id, "--type", "identify") == [first_id]
    assert listed("--limit", "1", "--status", "rejected") == [third_id]
    assert listed("--since", "2999-01-01") == []


def test_a_contact_has_the_operations_of_what_was_merged_into_it(
    desk: Desk, hal: CommandLine
) -> None:
    first, _, merging = desk.write(
        asked("identify", "v1", email="ann@example.com"),
        asked("identify", "v2", user_id="7"),
        asked("identify", "v1", user_id="7"),
    )
    old, new = first["outcome"]["contact_id"], merging["outcome"]["contact_id"]
    assert old != new
    for contact_id in (old, new):
        for command in (("list",), ("tail", "--no-follow")):
            told = hal("operations", *command, desk.project_id, "--contact", contact_id, "--json")
            assert first["operation_id"] in told.output
            assert merging["operation_id"] in told.output


@pytest.mark.parametrize(
    "words", [("--since", "soon"), ("--status", "lost"), ("--limit", "0"), ("--limit", "many")]
)
def test_a_filter_that_cannot_be_read_is_wrong_usage(
    words: tuple[str, ...], redis_url: str, sqlite_url: str
) -> None:
    hal = CommandLine(redis_url=redis_url, database_url=sqlite_url)
    assert hal("operations", "list", "proj", *words).code == 2


# -- show ----------------------------------------------------------------------------------------


def test_a_receipt_tells_field_by_field_what_the_operation_changed(
    desk: Desk, hal: CommandLine
) -> None:
    (made,) = desk.write(asked("identify", email="ann@example.com", company={"name": "[red]"}))
    company_id = made["outcome"]["company_id"]
    (changed,) = desk.write(asked("set_deal", deal_value=EXACT, stage_name="Lead"))
    shown = hal("operations", "show", desk.project_id, changed["operation_id"])
    assert shown.code == 0, shown.errors
    row = rf"company +{company_id} +/deal_value +- +999999999999\.9999"
    assert re.search(row, shown.output), shown.output
    assert re.search(rf"company +{company_id} +/stage +- +Lead", shown.output)
    of_new = hal("operations", "show", desk.project_id, made["operation_id"]).output
    assert re.search(rf"company +{company_id} +/name +- +\[red\]", of_new), of_new


def test_a_receipt_in_json_is_the_one_of_the_route_with_exact_amounts(
    desk: Desk, hal: CommandLine
) -> None:
    desk.write(asked("identify", email="ann@example.com"))
    (changed,) = desk.write(asked("set_deal", deal_value=EXACT))
    shown = hal("operations", "show", desk.project_id, changed["operation_id"], "--json")
    assert '"after":999999999999.9999' in shown.output
    assert shown.document["outcome"]["operation_id"] == changed["operation_id"]


def test_warnings_refusals_and_waiting_operations_are_told(desk: Desk, hal: CommandLine) -> None:
    warned, refused = desk.write(
        asked("identify", company_ids=["nowhere"], email="ann@example.com"),
        asked("set_stage", "nobody", stage_name="Lead"),
    )
    (waiting,) = desk.put(asked("track", name="seen"))
    told = [
        hal("operations", "show", desk.project_id, operation_id).output
        for operation_id in (warned["operation_id"], refused["operation_id"], waiting)
    ]
    assert re.search(r"company_not_found +/company_ids/0 ", told[0]), told[0]
    assert "404 visitor_not_found: No such visitor" in told[1]
    assert re.search(r"status +queued", told[2]), told[2]


def test_an_unknown_operation_or_project_is_one_clear_line(desk: Desk, hal: CommandLine) -> None:
    nowhere = "op_" + "0" * 32
    for words in ((desk.project_id, nowhere), (desk.project_id, "nonsense"), ("nobody", nowhere)):
        refused = hal("operations", "show", *words)
        assert (refused.code, refused.output) == (1, "")
        assert refused.errors.count("\n") == 1


def test_without_redis_a_list_says_so_and_a_settled_receipt_is_still_shown(
    desk: Desk, sqlite_url: str
) -> None:
    (settled,) = desk.write(asked("track", name="seen"))
    hal = CommandLine(redis_url="redis://127.0.0.1:1/0", database_url=sqlite_url)
    refused = hal("operations", "list", desk.project_id, "--json")
    assert (refused.code, refused.refusal["code"]) == (1, "redis_unavailable")
    assert hal("operations", "show", desk.project_id, settled["operation_id"]).code == 0


# -- tail ----------------------------------------------------------------------------------------


@pytest.fixture
def services(redis_url: str, sqlite_url: str, tmp_path: Path) -> Iterator[Services]:
    with Services(redis_url, sqlite_url, tmp_path) as services:
        yield services


def lines_of(process: ServiceProcess) -> list[str]:
    return process.output().splitlines()


def test_tail_prints_operations_as_they_are_settled_and_ends_with_ctrl_c(
    desk: Desk, services: Services
) -> None:
    (before,) = desk.write(asked("track", name="before"))
    tail = services.start("tail", [*TAIL, desk.project_id, "--json"])
    wait_until(lambda: len(lines_of(tail)) == 1, what="it shows what was before")
    after = desk.write(asked("track", name="one"), asked("set_stage", "x", stage_name="Lead"))
    wait_until(lambda: len(lines_of(tail)) == 3, what="it shows what came")
    tail.send(signal.SIGINT)
    assert tail.wait() == 0
    told = [json.loads(line) for line in lines_of(tail)]
    assert ids(told) == ids([before, *after])
    assert [receipt["status"] for receipt in told] == ["applied", "applied", "rejected"]


def test_tail_shows_each_operation_once_in_order_while_a_drain_is_at_work(
    desk: Desk, services: Services
) -> None:
    made = desk.put(*(asked("track", name=f"n{number}") for number in range(60)))
    tail = services.start("tail", [*TAIL, desk.project_id, "--json", "--limit", "200"])
    thread = threading.Thread(target=desk.drain().run, args=(desk.project_id,))
    thread.start()
    wait_until(lambda: len(lines_of(tail)) >= 60, what="all are shown")
    thread.join()
    tail.send(signal.SIGINT)
    assert tail.wait() == 0
    assert ids([json.loads(line) for line in lines_of(tail)]) == made


def test_tail_filters_and_can_end_with_the_last_one(desk: Desk, hal: CommandLine) -> None:
    desk.write(asked("track", name="one"), asked("track", "v2", name="two"))
    desk.write(asked("set_stage", stage_name="Lead"))
    tail = ("operations", "tail", desk.project_id, "--no-follow")
    assert hal(*tail).output.count("\n") == 3
    assert hal(*tail, "--visitor", "v2").output.count("\n") == 1
    assert "visitor_not_linked" in hal(*tail, "--status", "rejected").output
    assert hal(*tail, "--type", "identify").output == ""


def test_tail_follows_a_contact_under_the_id_that_it_had_before_a_merge(
    desk: Desk, services: Services
) -> None:
    merged, _ = desk.write(
        asked("identify", "mail", email="ann@example.com"), asked("identify", "user", user_id="u1")
    )
    desk.write(asked("identify", "user", user_id="u1", email="ann@example.com"))
    contact = ("--contact", merged["outcome"]["contact_id"])
    tail = services.start("tail", [*TAIL, desk.project_id, *contact, "--json", "--limit", "0"])
    wait_until(lambda: _is_following(desk, tail), what="it follows the contact")
    tail.send(signal.SIGINT)
    assert tail.wait() == 0


def _is_following(desk: Desk, tail: ServiceProcess) -> bool:
    desk.write(asked("track", "user", name="seen"), asked("track", "other", name="foreign"))
    told = [json.loads(line) for line in lines_of(tail)]
    assert all(receipt["visitor_id"] == "user" for receipt in told)
    return bool(told)


def test_account_writes_are_told_with_what_they_changed(desk: Desk, hal: CommandLine) -> None:
    (made,) = desk.write(asked("identify", email="ann@example.com"))
    company_id = made["outcome"]["company_id"]
    (renamed,) = desk.write(UpdateCompany(company_id=company_id, name="Acme"))
    shown = hal("operations", "show", desk.project_id, renamed["operation_id"]).output
    assert re.search(rf"company +{company_id} +/name +- +Acme", shown), shown

"""Reads for people who look on: what is settled next, and by what a contact is recognised."""

from collections.abc import Iterator

import pytest

from models.operations import Operation, validate
from models.queries.identities import addresses_of, visitors_of
from models.queries.ledger import OperationFilters
from models.queries.settling import SettledNext, last_sequence, settled_after
from tests.integration.desk import Desk, open_desk

ALL = OperationFilters()


@pytest.fixture
def desk(redis_url: str, database_url: str) -> Iterator[Desk]:
    with open_desk(redis_url, database_url) as desk:
        yield desk


def asked(operation_type: str, visitor_id: str = "v1", **body: object) -> Operation:
    operation, _ = validate(operation_type, {"visitor_id": visitor_id, **body})
    return operation


def after(
    desk: Desk, sequence: int, filters: OperationFilters = ALL, limit: int = 100
) -> SettledNext:
    with desk.database.reading() as connection:
        return settled_after(connection, desk.project_id, sequence, filters, limit)


def ids(found: SettledNext) -> list[str]:
    return [record["operation_id"] for record in found.records]


def test_what_is_settled_next_comes_in_order_in_parts_and_once(desk: Desk) -> None:
    desk.write(*(asked("track", name=f"n{number}") for number in range(5)))
    first = after(desk, 0, limit=3)
    rest = after(desk, first.sequence, limit=3)
    assert ids(first) + ids(rest) == desk.ledger_ids()
    assert (first.goes_on, rest.goes_on) == (True, False)
    assert after(desk, rest.sequence) == SettledNext([], rest.sequence, goes_on=False)
    with desk.database.reading() as connection:
        assert last_sequence(connection, desk.project_id) == rest.sequence


def test_what_does_not_pass_is_left_behind_for_good(desk: Desk) -> None:
    desk.write(asked("track", name="a"), asked("track", "v2", name="b"))
    found = after(desk, 0, OperationFilters(visitor_id="nobody"))
    assert found.records == []
    assert after(desk, found.sequence).records == []


@pytest.mark.parametrize(
    ("filters", "places"),
    [
        (OperationFilters(visitor_id="v2"), [1]),
        (OperationFilters(type="set_stage"), [2]),
        (OperationFilters(status="rejected"), [2]),
        (OperationFilters(type="track", status="rejected"), []),
    ],
)
def test_filters_narrow_what_is_settled_next(
    desk: Desk, filters: OperationFilters, places: list[int]
) -> None:
    desk.write(
        asked("track", name="a"), asked("track", "v2", name="b"), asked("set_stage", stage_name="x")
    )
    assert ids(after(desk, 0, filters)) == [desk.ledger_ids()[place] for place in places]


def test_a_project_without_operations_has_nothing_next(desk: Desk) -> None:
    assert after(desk, 0) == SettledNext([], 0, goes_on=False)


def test_a_contact_is_followed_and_recognised_across_its_merges(desk: Desk) -> None:
    mail, user, signed_in = desk.write(
        asked("identify", "mail", email="ann@example.com"),
        asked("identify", "user", user_id="u1"),
        asked("identify", "user", user_id="u1", email="ann@example.com"),
    )
    merged_id, contact_id = (one["outcome"]["contact_id"] for one in (mail, user))
    assert merged_id != contact_id
    found = after(desk, 0, OperationFilters(contact_id=merged_id))
    assert ids(found)[-1] == signed_in["operation_id"]
    with desk.database.reading() as connection:
        place = (connection, desk.project_id, contact_id)
        assert addresses_of(*place, limit=10) == ["ann@example.com"]
        assert visitors_of(*place, limit=10) == ["mail", "user"]
        assert visitors_of(*place, limit=1) == ["mail"]

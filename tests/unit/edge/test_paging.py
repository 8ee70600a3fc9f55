"""`limit` and `cursor`: what a caller may send, and how a list goes on (contract §11)."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from ingest_api.caller import Caller
from ingest_api.cursors import list_digest, write_cursor
from ingest_api.incoming import Incoming
from ingest_api.paging import ListRequest, read_list_request
from ingest_api.query_fields import as_field, moment_ms, words
from models.operations.invalid_request import InvalidRequest
from models.queries.page import Page
from models.queries.projects import EdgeProject

SCOPE = "proj_1 contacts"
PROJECT = EdgeProject("proj_1", "off", False, True, False, True, ("*",), ())


async def nothing() -> Message:
    raise AssertionError("a list has no body")


def asked(query: str) -> ListRequest:
    incoming = Incoming({"headers": [], "query_string": query.encode()}, nothing, 1.0)
    incoming.caller = Caller(PROJECT, "secret", by_key=True, family="account")
    return read_list_request(incoming, "contacts", {"tag": as_field(str), "q": words})


def refused_pointer(query: str) -> str:
    with pytest.raises(InvalidRequest) as refusal:
        asked(query).page_by_id()
    assert refusal.value.code == "invalid_request"
    (fault,) = refusal.value.errors
    return fault["pointer"]


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_a_list_begins_at_its_beginning_with_fifty() -> None:
    assert asked("").page_by_id() == Page(50, None)


@pytest.mark.parametrize("limit", [1, 50, 200])
def test_a_limit_is_taken(limit: int) -> None:
    assert asked(f"limit={limit}").limit == limit


@pytest.mark.parametrize(
    "limit", ["0", "201", "-1", "1.0", "1e1", "", "ten", "%C2%B2", "%D9%A1", "+5", " 5", "9" * 400]
)
def test_another_limit_is_refused(limit: str) -> None:
    assert refused_pointer(f"limit={limit}") == "/limit"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("colour=red", "/colour"),
        ("limit=5&limit=5", "/limit"),
        ("tag=a&tag=b", "/tag"),
        ("tag=a%00b", "/tag"),
        ("a/b~c=1", "/a~1b~0c"),
    ],
)
def test_an_unknown_or_repeated_parameter_is_refused(query: str, pointer: str) -> None:
    assert refused_pointer(query) == pointer


def test_a_cursor_leads_behind_the_last_row() -> None:
    cursor = write_cursor(list_digest(SCOPE, {"tag": "a"}), "con_1")
    assert asked(f"tag=a&limit=7&cursor={cursor}").page_by_id() == Page(7, "con_1")


def test_a_cursor_of_a_timeline_leads_behind_a_moment() -> None:
    cursor = write_cursor(list_digest(SCOPE, {}), (-5, 2**62))
    assert asked(f"cursor={cursor}").page_by_moment() == Page(50, (-5, 2**62))


def test_a_cursor_of_a_list_in_its_own_order_leads_behind_a_place() -> None:
    cursor = write_cursor(list_digest(SCOPE, {}), 7)
    assert asked(f"cursor={cursor}").page_by_place() == Page(50, 7)


@pytest.mark.parametrize("position", ["7", None, [7], 7.0, True, 2**63, -(2**63) - 1])
def test_a_place_of_nobodys_making_is_refused(position: object) -> None:
    with pytest.raises(InvalidRequest):
        asked(f"cursor={encoded([DIGEST, position])}").page_by_place()


@pytest.mark.parametrize(
    "digest",
    [
        list_digest("proj_2 contacts", {"tag": "a"}),
        list_digest("proj_1 companies", {"tag": "a"}),
        list_digest(SCOPE, {"tag": "b"}),
        list_digest(SCOPE, {}),
    ],
)
def test_a_cursor_of_another_list_is_refused(digest: str) -> None:
    assert refused_pointer(f"tag=a&cursor={write_cursor(digest, 'con_1')}") == "/cursor"


DIGEST = list_digest(SCOPE, {})


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "a",
        "aaaa",
        "%C3%A9",
        "a" * 5000,
        encoded(b"\xff\xfe"),
        encoded(b"[" * 900),
        encoded({}),
        encoded([]),
        encoded([DIGEST]),
        encoded([DIGEST, None]),
        encoded([DIGEST, 5]),
        encoded([DIGEST, True]),
        encoded([DIGEST, ["con_1"]]),
        encoded([DIGEST, "con_1", "con_2"]),
        encoded([DIGEST, "a\0b"]),
        encoded([DIGEST, "\ud800"]),
        encoded([DIGEST, "x" * 256]),
        encoded([None, "con_1"]),
    ],
)
def test_a_cursor_of_nobodys_making_is_refused(cursor: str) -> None:
    assert refused_pointer(f"cursor={cursor}") == "/cursor"


@pytest.mark.parametrize(
    "position",
    [
        "con_1",
        None,
        [],
        [1],
        [1, 2, 3],
        [1, "2"],
        [1, 2.5],
        [True, 1],
        [1, 2**63],
        [-(2**63) - 1, 1],
    ],
)
def test_a_moment_of_nobodys_making_is_refused(position: object) -> None:
    with pytest.raises(InvalidRequest):
        asked(f"cursor={encoded([DIGEST, position])}").page_by_moment()


@given(st.binary(max_size=80))
def test_no_bytes_in_a_cursor_are_more_than_refused(raw: bytes) -> None:
    assert refused_pointer(f"cursor={encoded(raw)}") == "/cursor"


@pytest.mark.parametrize(
    ("text", "time_ms"),
    [
        ("2026-01-02T03:04:05.678Z", 1767323045678),
        ("2026-01-02", 1767312000000),
        ("20260102", 1767312000000),
        ("1767323045", 1767323045000),
        ("1767323045.678", 1767323045678),
        ("0", 0),
        ("-5", 0),
    ],
)
def test_a_time_is_read_as_iso_8601_or_epoch_seconds(text: str, time_ms: int) -> None:
    assert moment_ms("since", text) == time_ms


@pytest.mark.parametrize("text", ["", "yesterday", "1e400", "9" * 400, "nan", "2026-13-01"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        moment_ms("since", text)


def test_a_search_is_compared_word_by_word_in_any_case() -> None:
    assert words("q", "  Ada  ADA STRASSE straße ") == ("ada", "strasse")
    assert words("q", "E\u0301va") == words("q", "ÉVA") == ("éva",)


@pytest.mark.parametrize("text", ["x" * 201, " ".join("abcdefghijk")])
def test_a_search_is_bounded(text: str) -> None:
    with pytest.raises(InvalidRequest):
        words("q", text)

"""Whose turn a request takes: told from what it says of itself (ADR 0021)."""

import pytest

from ingest_api.whose import LOOK_BYTES, whose_request

ADDRESS = "192.0.2.7"


def whose(body: bytes = b"", query: bytes = b"", *headers: tuple[bytes, bytes]) -> str:
    return whose_request([(b"host", b"edge"), *headers], query, body, ADDRESS)


@pytest.mark.parametrize("header", [b"authorization", b"x-api-key"])
def test_who_brings_a_credential_is_whoever_has_it(header: bytes) -> None:
    assert whose(b'{"app_id": "proj_1"}', b"", (header, b"Bearer sk_1")) == "Bearer sk_1"


@pytest.mark.parametrize(
    "body",
    [
        b'{"app_id": "proj_1", "visitor_id": "v1"}',
        b'{"visitor_id":"v1","project_id":"proj_1"}',
        b'{"visitor_id":"v1",\n "app_id" :\t"proj_1"',
    ],
)
def test_who_brings_none_is_of_the_project_that_the_body_names(body: bytes) -> None:
    assert whose(body) == "proj_1"


def test_a_read_is_of_the_project_that_the_query_names() -> None:
    assert whose(query=b"x=1&app_id=proj_1&y=2") == "proj_1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x1f\x8b gzip",
        b'{"app_id": 7}',
        b'{"app_id": "no project has this name"}',
        b" " * LOOK_BYTES + b'{"app_id": "proj_1"}',
    ],
)
def test_of_whom_nothing_is_known_its_address_is(body: bytes) -> None:
    assert whose(body, query=b"my_app_id=proj_1") == ADDRESS

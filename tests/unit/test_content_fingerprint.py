"""Two requests under one idempotency key are the same when their content is (§4, Retries)."""

import pytest

from ingest_api.bodies import parse_body
from ingest_api.content_fingerprint import content_fingerprint

BODY = b'{"visitor_id":"v1","name":"signup","value":1.5}'


def fingerprint(raw: bytes, operation_type: str = "track", subject: str = "") -> str:
    return content_fingerprint(operation_type, parse_body(raw), subject)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"name":"signup", "value": 1.5,\n"visitor_id":"v1"}',
        rb'{"visitor_id":"\u00761","name":"signup","value":1.50}',
        b'{"visitor_id":"v1","name":"signup","value":1.5,"message_id":"m","sent_at":5}',
        b'{"visitor_id":"v1","name":"signup","value":1.5,"user_hash":"x","user_token":"y"}',
    ],
)
def test_order_space_and_what_a_retry_renews_do_not_matter(raw: bytes) -> None:
    assert fingerprint(raw) == fingerprint(BODY)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"visitor_id":"v2","name":"signup","value":1.5}',
        b'{"visitor_id":"v1","name":"signup","value":"1.5"}',
        b'{"visitor_id":"v1","name":"signup"}',
        b'{"visitor_id":"v1","name":"signup","value":1.5,"timestamp":5}',
        b'{"visitor_id":"v1","name":"signup","value":1.5,"more":{"message_id":1}}',
    ],
)
def test_other_content_has_another_fingerprint(raw: bytes) -> None:
    assert fingerprint(raw) != fingerprint(BODY)


def test_type_and_subject_belong_to_the_content() -> None:
    assert len({fingerprint(BODY), fingerprint(BODY, "x"), fingerprint(BODY, "track", "c1")}) == 3


def test_nested_fields_of_the_same_names_are_content() -> None:
    one, other = b'{"metadata":{"sent_at":1}}', b'{"metadata":{"sent_at":2}}'
    assert fingerprint(one) != fingerprint(other)


def test_a_deal_value_counts_as_its_amount() -> None:
    amounts = [b"1.5", b"1.50", b"15e-1", b"999999999999.9999", b"999999999999.9998", b'"bad"']
    prints = [fingerprint(b'{"deal_value":' + amount + b"}", "set_deal") for amount in amounts]
    assert prints[0] == prints[1] == prints[2]
    assert len(set(prints)) == 4


def test_the_project_is_the_scope_of_a_key_and_no_content() -> None:
    spellings = [{"app_id": "p"}, {"project_id": "p"}, {"app_id": "p", "project_id": "p"}, {}]
    digests = {content_fingerprint("track", {"name": "x", **project}) for project in spellings}
    assert len(digests) == 1

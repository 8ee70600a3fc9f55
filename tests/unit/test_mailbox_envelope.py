"""Entries of a mailbox: read back as they were written, and no hostile one raises."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.mailbox.envelope import (
    ENVELOPE_VERSION,
    OLDEST_ENVELOPE_VERSION,
    Envelope,
    encode,
    read_entry,
)
from workers.mailbox.operation_ids import operation_id

NONCE = "0123456789abcd"
nonces = st.text("0123456789abcdef", min_size=14, max_size=14)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
).filter(lambda value: "Infinity" not in json.dumps(value))
envelopes = st.builds(
    Envelope,
    nonce=nonces,
    type=st.sampled_from(["identify", "track"]),
    caller=st.sampled_from(["publishable", "secret"]),
    payload=st.dictionaries(texts, json_values, max_size=4),
    fingerprint=texts,
    warnings=st.lists(st.dictionaries(texts, texts, max_size=2), max_size=2),
    idempotency_key=st.none() | texts,
    reply_to=st.none() | texts,
)


@given(envelopes)
def test_an_envelope_is_read_as_it_was_written(envelope: Envelope) -> None:
    raw = encode(envelope)
    queued = read_entry("5-7", {b"e": raw})
    assert (queued.fault, queued.envelope) == (None, envelope)
    assert queued.size_bytes == len(raw)
    assert (queued.accepted_at_ms, queued.operation_id) == (5, operation_id("5-7", envelope.nonce))


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_entry_raises_and_what_is_no_envelope_is_malformed(raw: bytes) -> None:
    queued = read_entry("5-7", {b"e": raw})
    assert queued.fault in {"malformed", "newer_version"}
    assert len(queued.operation_id) == 35
    json.dumps(queued.envelope.as_document())


def _sound() -> dict[str, Any]:
    return {
        "version": ENVELOPE_VERSION,
        "nonce": NONCE,
        "type": "track",
        "caller": "secret",
        "payload": {},
        "fingerprint": "f",
        "reply_to": "edge",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0},
        {"version": "1"},
        {"version": None},
        {"nonce": "short"},
        {"nonce": NONCE.upper()},
        {"nonce": 5},
        {"type": None},
        {"caller": "root"},
        {"caller": []},
        {"payload": []},
        {"fingerprint": 1},
        {"warnings": {}},
        {"idempotency_key": 1},
        {"reply_to": ["edge"]},
        {"traceparent": 7},
        {"unknown": 1},
    ],
)
def test_an_envelope_with_a_wrong_field_is_malformed(change: dict[str, Any]) -> None:
    raw = json.dumps({**_sound(), **change}).encode()
    assert read_entry("5-7", {b"e": raw}).fault == "malformed"
    assert read_entry("5-7", {b"e": json.dumps(_sound()).encode()}).fault is None


def test_a_malformed_envelope_still_tells_who_waits_for_it() -> None:
    raw = json.dumps({**_sound(), "payload": "none"}).encode()
    envelope = read_entry("5-7", {b"e": raw}).envelope
    assert (envelope.nonce, envelope.reply_to, envelope.payload["raw"]) == (
        NONCE,
        "edge",
        raw.decode(),
    )


def test_a_newer_version_is_told_apart_from_nonsense() -> None:
    raw = json.dumps({"version": ENVELOPE_VERSION + 1, "nonce": NONCE, "new": True}).encode()
    assert read_entry("5-7", {b"e": raw}).fault == "newer_version"


@pytest.mark.parametrize("version", range(OLDEST_ENVELOPE_VERSION, ENVELOPE_VERSION + 1))
def test_what_the_release_before_wrote_is_read(version: int) -> None:
    raw = json.dumps({**_sound(), "version": version}).encode()
    assert read_entry("5-7", {b"e": raw}).fault is None


def test_a_trace_is_carried_along() -> None:
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    sent = Envelope(NONCE, "track", "secret", {}, "f", traceparent=traceparent)
    assert read_entry("5-7", {b"e": encode(sent)}).envelope == sent
    assert "traceparent" not in Envelope(NONCE, "track", "secret", {}, "f").as_document()


def test_an_entry_without_the_field_is_malformed_and_weighs_nothing() -> None:
    queued = read_entry("5-7", {b"x": b"y"})
    assert (queued.fault, queued.size_bytes) == ("malformed", 0)


def test_what_is_printed_of_an_envelope_holds_no_personal_data() -> None:
    envelope = Envelope(
        NONCE, "identify", "secret", {"email": "ann@example.com"}, "secret-print", [], "my-key"
    )
    for shown in ("ann@", "secret-print", "my-key"):
        assert shown not in repr(read_entry("5-7", {b"e": encode(envelope)}))

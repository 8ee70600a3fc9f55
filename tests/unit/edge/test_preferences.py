"""`Prefer` as RFC 7240 writes it."""

import pytest

from ingest_api.preferences import Preferences, applied, read_preferences


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], Preferences()),
        ([b""], Preferences()),
        ([b"respond-async"], Preferences(respond_async=True)),
        ([b"RESPOND-ASYNC"], Preferences(respond_async=True)),
        ([b"respond-async; a=b"], Preferences(respond_async=True)),
        ([b"respond-async=false"], Preferences()),
        ([b"respond-asyncs"], Preferences()),
        ([b"wait=10"], Preferences(wait_s=10)),
        ([b' wait = "10" '], Preferences(wait_s=10)),
        ([b"wait=10;x=y, respond-async"], Preferences(respond_async=True, wait_s=10)),
        ([b"wait=10", b"respond-async"], Preferences(respond_async=True, wait_s=10)),
        ([b"wait=10, wait=20"], Preferences(wait_s=10)),
        ([b"wait"], Preferences(waits=True)),
        ([b"wait="], Preferences(waits=True)),
        ([b"wait, wait=3"], Preferences(waits=True)),
        ([b"wait=-1"], Preferences()),
        ([b"wait=1.5"], Preferences()),
        ([b"wait=1e3"], Preferences()),
        ([b"wait=9999999999999999999999"], Preferences()),
        ([b'x="a,respond-async", wait=3'], Preferences(wait_s=3)),
        ([b'x="a\\",respond-async", wait=3'], Preferences(wait_s=3)),
        ([b'"unterminated, wait=3'], Preferences(wait_s=3)),
        ([b"\xff\xfe, wait=3"], Preferences(wait_s=3)),
        ([b'\\"' * 5000], Preferences()),
    ],
)
def test_what_a_header_asks_for(headers: list[bytes], expected: Preferences) -> None:
    assert read_preferences(headers) == expected


@pytest.mark.parametrize(
    ("preferences", "budget_s"),
    [
        (Preferences(), 2.0),
        (Preferences(respond_async=True), 0.0),
        (Preferences(wait_s=0), 0.0),
        (Preferences(waits=True), 2.0),
        (Preferences(wait_s=5), 5),
        (Preferences(respond_async=True, wait_s=5), 5),
        (Preferences(wait_s=100), 30.0),
    ],
)
def test_how_long_a_caller_waits(preferences: Preferences, budget_s: float) -> None:
    assert preferences.wait_budget_s(usual_s=2.0, cap_s=30.0) == budget_s


@pytest.mark.parametrize(
    ("preferences", "waited_s", "queued", "header"),
    [
        (Preferences(), 2.0, False, None),
        (Preferences(respond_async=True), 0.0, True, b"respond-async"),
        (Preferences(respond_async=True), 0.0, False, None),
        (Preferences(wait_s=100), 30.0, False, b"wait=30"),
        (Preferences(wait_s=5), 0.0, True, None),
        (Preferences(respond_async=True, wait_s=5), 5, True, b"respond-async, wait=5"),
        (Preferences(respond_async=True, wait_s=5), 5, False, b"wait=5"),
        (Preferences(waits=True), 10.0, False, b"wait=10"),
        (Preferences(waits=True), 0.0, True, None),
    ],
)
def test_an_answer_says_which_preference_it_followed(
    preferences: Preferences, waited_s: float, queued: bool, header: bytes | None
) -> None:
    assert applied(preferences, waited_s, queued=queued) == header

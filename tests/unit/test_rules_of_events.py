"""Event names have one form; event times are corrected, judged, and never refused (§7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.event_name import EventNameError, read_event_name
from models.rules.event_time import (
    EARLIEST_MS,
    FUTURE_LIMIT_MS,
    SENT_AT_POINTER,
    TIMESTAMP_POINTER,
    Time,
    occurred_at,
    read_time,
)

NOON_MS = 1_700_000_000_000
DAY_MS = 86_400_000
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plan-upgraded", "plan-upgraded"),
        (" Plan Upgraded ", "plan upgraded"),
        ("billing.$plan", "billing--plan"),
        ("...", "---"),
        ("cafe\u0301", "café"),
        ("CAFÉ", "café"),
        ("\u212a", "k"),
        ("İ", "i̇"),
        ("x" * 100, "x" * 100),
        (" " + "x" * 100, "x" * 100),
    ],
)
def test_an_event_name_is_read_as(value: str, expected: str) -> None:
    assert read_event_name(value) == expected


@pytest.mark.parametrize("value", [None, "", " \t\n", 5, True, [], {}, "x" * 101, "İ" * 60])
def test_an_event_name_is_refused(value: object) -> None:
    with pytest.raises(EventNameError):
        read_event_name(value)


@given(st.text())
def test_the_normal_form_of_an_event_name_is_its_own(text: str) -> None:
    try:
        name = read_event_name(text)
    except EventNameError:
        return
    assert read_event_name(name) == name


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (0, 0),
        (1_700_000_000, NOON_MS),
        (1_700_000_000.123, NOON_MS + 123),
        (-1, -1000),
        ("2023-11-14T22:13:20Z", NOON_MS),
        ("2023-11-14t22:13:20z", NOON_MS),
        ("2023-11-14T22:13:20", NOON_MS),
        (" 2023-11-14T22:13:20.5+00:00 ", NOON_MS + 500),
        ("2023-11-15T00:13:20+02:00", NOON_MS),
        ("2023-11-14", NOON_MS - 80_000_000),
        ("", "invalid"),
        ("yesterday", "invalid"),
        ("1700000000", "invalid"),
        ("2023-13-01", "invalid"),
        ("2023-11-14T22:13:20Z" + " " * 90 + "x", "invalid"),
        (True, "invalid"),
        ([], "invalid"),
        ({"a": 1}, "invalid"),
        (1e300, "invalid"),
        (float("inf"), "invalid"),
        (float("nan"), "invalid"),
        (2**53 - 1, "invalid"),
        pytest.param(NOON_MS, "invalid", id="milliseconds"),
        (253_402_300_799, 253_402_300_799_000),
        ("0001-01-01T00:00:00+23:59", -62_135_683_140_000),
    ],
)
def test_a_time_is_read_as(value: object, expected: Time) -> None:
    assert read_time(value) == expected


@given(json_values)
def test_reading_a_time_never_raises(value: object) -> None:
    read = read_time(value)
    assert read is None or read == "invalid" or abs(int(read)) < 2**53


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "expected"),
    [
        pytest.param(None, None, (NOON_MS, None), id="not sent"),
        pytest.param(None, "invalid", (NOON_MS, None), id="nothing to correct"),
        pytest.param(NOON_MS - 5, None, (NOON_MS - 5, None), id="as sent"),
        pytest.param("invalid", None, (NOON_MS, TIMESTAMP_POINTER), id="unparseable"),
        pytest.param("invalid", NOON_MS, (NOON_MS, TIMESTAMP_POINTER), id="unparseable, sent"),
        pytest.param(
            NOON_MS - 5, "invalid", (NOON_MS - 5, SENT_AT_POINTER), id="sent_at unparseable"
        ),
        pytest.param(5_000, 6_000, (NOON_MS - 1_000, None), id="clock at the epoch, corrected"),
        pytest.param(
            NOON_MS + 9 * DAY_MS, NOON_MS + 9 * DAY_MS + 7, (NOON_MS - 7, None), id="clock ahead"
        ),
        pytest.param(
            NOON_MS, NOON_MS + 99 * 365 * DAY_MS, (NOON_MS, TIMESTAMP_POINTER), id="made absurd"
        ),
        pytest.param(EARLIEST_MS, None, (EARLIEST_MS, None), id="the year 2000"),
        pytest.param(EARLIEST_MS - 1, None, (NOON_MS, TIMESTAMP_POINTER), id="before 2000"),
        pytest.param(
            NOON_MS + FUTURE_LIMIT_MS, None, (NOON_MS + FUTURE_LIMIT_MS, None), id="24 h ahead"
        ),
        pytest.param(
            NOON_MS + FUTURE_LIMIT_MS + 1, None, (NOON_MS, TIMESTAMP_POINTER), id="too far ahead"
        ),
        pytest.param(
            EARLIEST_MS - 1, "invalid", (NOON_MS, TIMESTAMP_POINTER), id="both are useless"
        ),
    ],
)
def test_an_event_occurred_at(
    timestamp: Time, sent_at: Time, expected: tuple[int, str | None]
) -> None:
    assert occurred_at(timestamp, sent_at, NOON_MS) == expected

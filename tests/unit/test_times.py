"""Times as documents show them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.documents.times import iso_time

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_a_time_reads_back_as_itself(time_ms: int) -> None:
    moment = datetime.fromisoformat(iso_time(time_ms))
    assert (moment - EPOCH) // timedelta(milliseconds=1) == time_ms


def test_a_time_is_written_in_utc_with_milliseconds() -> None:
    assert iso_time(1_767_323_045_008) == "2026-01-02T03:04:05.008Z"

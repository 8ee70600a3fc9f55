"""W3C Trace Context: only what the specification allows is taken for a trace."""

import pytest

from workers.mailbox.trace import Trace, read_traceparent

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
GIVEN = f"00-{TRACE}-{SPAN}-01"


def test_a_traceparent_names_trace_and_span() -> None:
    assert read_traceparent(GIVEN) == Trace(TRACE, SPAN, "01")
    assert Trace(TRACE, SPAN, "01").traceparent == GIVEN


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert read_traceparent(f"cc-{TRACE}-{SPAN}-01-what-comes-then") == Trace(TRACE, SPAN, "01")
    assert read_traceparent(f"01-{TRACE}-{SPAN}-09") == Trace(TRACE, SPAN, "09")


@pytest.mark.parametrize("given", [f" {GIVEN}", f"{GIVEN} ", f"\t {GIVEN}\t"])
def test_blanks_around_a_traceparent_are_no_part_of_it(given: str) -> None:
    assert read_traceparent(given) == Trace(TRACE, SPAN, "01")


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "00",
        TRACE,
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01-",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"ff-{TRACE}-{SPAN}-01-more",
        f"0-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-zz",
        f"\u00a000-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00-{TRACE}-{SPAN}-01,{GIVEN}",
        f"01-{TRACE}-{SPAN}-01 more",
        f"01-{TRACE}-{SPAN}-01-" + "x" * 300,
        f"00-{TRACE[:-1]}\uff11-{SPAN}-01",
    ],
)
def test_anything_else_is_no_trace(hostile: str) -> None:
    assert read_traceparent(hostile) is None

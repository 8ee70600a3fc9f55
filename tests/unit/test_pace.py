"""The pace of a backfill: batches as large as fit into the time that a live call may wait."""

import math

import pytest

from workers.pace import FIRST_SIZE, SMALLEST_SIZE, Pace

WITHIN_S = 0.03


def sizes(pace: Pace, per_entry_s: float, fixed_s: float = 0.0, batches: int = 20) -> list[int]:
    """The sizes of full batches on a machine of this speed."""
    taken = []
    for _ in range(batches):
        taken.append(pace.size)
        pace.note(pace.size, fixed_s + per_entry_s * pace.size)
    return taken


def test_it_begins_small_and_grows_to_what_fits() -> None:
    taken = sizes(Pace(200, WITHIN_S), per_entry_s=0.0002)
    assert taken[0] == FIRST_SIZE
    assert taken == sorted(taken)
    assert taken[-1] == pytest.approx(150, abs=2)


@pytest.mark.parametrize("within_s", [WITHIN_S, math.inf])
def test_it_never_grows_beyond_the_largest(within_s: float) -> None:
    assert sizes(Pace(200, within_s), per_entry_s=0.0)[-1] == 200
    assert set(sizes(Pace(3, within_s), per_entry_s=0.0)) == {3}


@pytest.mark.parametrize("fixed_s", [0.0, 10.0])
def test_on_a_slow_machine_it_shrinks_to_the_smallest(fixed_s: float) -> None:
    assert sizes(Pace(200, WITHIN_S), 0.1, fixed_s)[-1] == SMALLEST_SIZE


def test_one_hiccup_does_not_make_it_small() -> None:
    pace = Pace(200, WITHIN_S)
    usual = sizes(pace, per_entry_s=0.0002)[-1]
    pace.note(usual, 3.0)
    assert pace.size >= usual // 2
    assert sizes(pace, per_entry_s=0.0002, batches=8)[-1] > usual * 0.95


def test_a_small_batch_that_was_quick_tells_nothing_of_larger_ones() -> None:
    pace = Pace(200, WITHIN_S)
    usual = sizes(pace, per_entry_s=0.0002)[-1]
    for _ in range(20):
        pace.note(1, 0.005)
    assert pace.size == pytest.approx(usual, abs=2)

"""Who is next in a line in which projects take turns (contract §4, Load)."""

import pytest

from workers.mailbox.line import Line


def line_of(*comers: str) -> Line[str]:
    """A line that these entered in this order; the first letter of each is its project."""
    line: Line[str] = Line()
    for comer in comers:
        line.enter(comer[0], comer)
    return line


def emptied(line: Line[str]) -> list[str]:
    taken = []
    while line:
        taken.append(line.next())
    return taken


def test_each_project_has_one_turn_after_the_other() -> None:
    assert emptied(line_of("a1", "a2", "a3", "b1", "b2", "c1")) == [
        "a1",
        "b1",
        "c1",
        "a2",
        "b2",
        "a3",
    ]


def test_those_of_one_project_keep_their_order() -> None:
    comers = [f"a{place}" for place in range(9)]
    assert emptied(line_of(*comers)) == comers


def test_who_comes_behind_a_flood_waits_for_one_of_it() -> None:
    line = line_of(*(f"a{place}" for place in range(100)))
    line.next()
    line.enter("b", "b1")
    assert [line.next(), line.next()] == ["a1", "b1"]


def test_a_project_that_had_its_turn_comes_after_those_that_wait_for_theirs() -> None:
    line = line_of("a1", "b1", "c1")
    first = line.next()
    line.enter("a", "a2")
    assert [first, *emptied(line)] == ["a1", "b1", "c1", "a2"]


def test_what_goes_ahead_stands_before_its_own_and_behind_what_went_ahead_before() -> None:
    line = line_of("a1", "a2", "b1")
    for comer in ("a-ahead-1", "a-ahead-2"):
        line.enter("a", comer, goes_ahead=True)
    assert emptied(line) == ["a-ahead-1", "b1", "a-ahead-2", "a1", "a2"]


def test_all_that_wait_can_be_told_and_forgotten() -> None:
    line = line_of("a1", "b1", "a2")
    assert sorted(line) == ["a1", "a2", "b1"]
    line.clear()
    assert not line


def test_of_an_empty_line_nobody_is_next() -> None:
    with pytest.raises(IndexError):
        line_of().next()

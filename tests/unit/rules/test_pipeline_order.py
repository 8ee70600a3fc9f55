"""The pipeline as a list: where a stage goes, and which stage a wanted one is (§9, §11)."""

import pytest

from models.rules.pipeline import matched, placed, repeated


@pytest.mark.parametrize(
    ("one", "position", "order"),
    [
        ("new", None, ["a", "b", "c", "new"]),
        ("new", 0, ["new", "a", "b", "c"]),
        ("new", 2, ["a", "b", "new", "c"]),
        ("new", 99, ["a", "b", "c", "new"]),
        ("a", 2, ["b", "c", "a"]),
        ("c", 0, ["c", "a", "b"]),
        ("b", 1, ["a", "b", "c"]),
        ("b", 99, ["a", "c", "b"]),
    ],
)
def test_a_stage_goes_where_it_is_asked_to_stand(
    one: str, position: int | None, order: list[str]
) -> None:
    assert placed(["a", "b", "c"], one, position) == order


def test_only_the_second_of_two_equal_values_is_a_repetition() -> None:
    assert repeated(["a", "b", "a", None, None, "a"]) == [2, 5]


KNOWN = {"1": "lead", "2": "won"}


@pytest.mark.parametrize(
    ("wanted", "stages"),
    [
        ([(None, " LEAD "), (None, "Lost")], ["1", None]),
        ([("2", "Lead"), ("1", "Won")], ["2", "1"]),
        ([("1", "Won"), (None, "Lead")], ["1", None]),
        ([("1", "First"), (None, "won")], ["1", "2"]),
        ([], []),
    ],
)
def test_an_id_is_taken_at_its_word_and_a_name_finds_what_is_left(
    wanted: list[tuple[str | None, str]], stages: list[str | None]
) -> None:
    assert matched(KNOWN, wanted) == stages

"""Identifiers: trimmed, integers as decimals, otherwise exact; accidents name nobody (§3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.visitor_id import ACCIDENTS, IdError, read_id, read_user_id


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("v1", "v1"),
        ("V1", "V1"),
        ("  v1\n", "v1"),
        ("v 1", "v 1"),
        (456, "456"),
        (-7, "-7"),
        (2**53 - 1, "9007199254740991"),
        ("x" * 255, "x" * 255),
        (" " + "x" * 255 + " ", "x" * 255),
        ("00", "00"),
        ("nullable", "nullable"),
        ("'tis", "'tis"),
        ('"v1"', '"v1"'),
        ("é", "é"),
        ("e\u0301", "e\u0301"),
        ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_an_identifier_is_read_as(value: object, expected: str) -> None:
    assert read_id(value) == expected
    assert read_user_id(value) == expected


@pytest.mark.parametrize("accident", sorted(ACCIDENTS))
@pytest.mark.parametrize("quote", ["", "'", '"', "`", "\"'"])
def test_an_accident_names_nobody_in_any_case_and_in_quotes(accident: str, quote: str) -> None:
    for text in (accident, accident.upper(), accident.title(), f" {accident}\t"):
        with pytest.raises(IdError) as refused:
            read_id(f"{quote}{text}{quote[::-1]}")
        assert refused.value.reason == "accident"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "empty"),
        (" \n\t\u2003", "empty"),
        ('""', "accident"),
        (0, "accident"),
        (True, "type"),
        (False, "type"),
        (1.0, "type"),
        (float("nan"), "type"),
        (None, "type"),
        ([], "type"),
        ({}, "type"),
        (["v1"], "type"),
        ("x" * 256, "length"),
    ],
)
def test_a_value_is_no_identifier_because_of_its(value: object, reason: str) -> None:
    with pytest.raises(IdError) as refused:
        read_id(value)
    assert refused.value.reason == reason


@pytest.mark.parametrize("value", [None, "", "  ", "anonymous", "ANONYMOUS", " Anonymous "])
def test_a_user_id_that_means_not_signed_in(value: object) -> None:
    assert read_user_id(value) is None


@pytest.mark.parametrize("value", sorted(ACCIDENTS - {"anonymous"}))
def test_the_other_accidents_are_no_user_ids(value: str) -> None:
    with pytest.raises(IdError):
        read_user_id(value.upper())


@given(st.text() | st.integers())
def test_the_reading_of_an_identifier_is_its_own_reading(value: object) -> None:
    try:
        read = read_id(value)
    except IdError:
        return
    assert read_id(read) == read

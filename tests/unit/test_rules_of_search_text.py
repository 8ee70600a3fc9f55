"""What a search looks through (contract §11 `q`)."""

import pytest

from models.rules.search_text import SEARCH_TEXT_LIMIT_BYTES, search_key, search_text


@pytest.mark.parametrize(
    ("one", "other"),
    [("ADA", "ada"), ("straße", "STRASSE"), ("e\u0301", "\u00e9"), ("\u03a3", "\u03c2")],
)
def test_texts_that_read_the_same_have_the_same_key(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


def test_each_value_has_a_line_of_its_own() -> None:
    assert search_text("Ada", None, "ada@example.com", "") == "ada\nada@example.com"


@pytest.mark.parametrize("values", [(), (None,), ("", None)])
def test_where_there_is_nothing_to_find_there_is_no_text(values: tuple[str | None, ...]) -> None:
    assert search_text(*values) is None


@pytest.mark.parametrize("letter", ["a", "\u00e9", "\u20ac", "\U0001f600", "\u0390"])
def test_a_text_fits_an_index_entry_and_ends_with_a_whole_letter(letter: str) -> None:
    found = search_text(letter * 700, letter * 700, letter * 700)
    assert found is not None
    assert SEARCH_TEXT_LIMIT_BYTES - 4 < len(found.encode()) <= SEARCH_TEXT_LIMIT_BYTES

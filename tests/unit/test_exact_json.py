"""Amounts leave the edge exactly, and stored JSON leaves it as it was written."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_api.exact_json import encode_exact
from models.documents.exact import JsonText, change_shown, deal_value_shown, in_contract_units

# U+0000 is refused at the edge, in keys and values alike (contract §3).
TEXTS = st.text(st.characters(exclude_characters="\0"))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@pytest.mark.parametrize(
    ("deal_value_e4", "text"),
    [
        (0, "0"),
        (1, "0.0001"),
        (10_000, "1"),
        (12_500, "1.25"),
        (9_999_999_999_999_999, "999999999999.9999"),
        (9_007_199_254_740_993, "900719925474.0993"),
        (None, "null"),
    ],
)
def test_an_amount_is_written_with_every_digit(deal_value_e4: int | None, text: str) -> None:
    assert encode_exact(deal_value_shown(deal_value_e4)) == text


@given(st.integers(0, 10**16 - 1))
def test_every_amount_reads_back_as_itself(deal_value_e4: int) -> None:
    text = encode_exact({"deal_value": deal_value_shown(deal_value_e4)})
    read = json.loads(text, parse_float=Decimal)["deal_value"]
    assert read * 10_000 == deal_value_e4


def test_stored_json_stands_in_an_answer_as_it_was_written() -> None:
    document = {"a": JsonText('{"x":1.0,"y":1e22}'), "b": [JsonText("[]"), "é"]}
    assert encode_exact(document) == '{"a":{"x":1.0,"y":1e22},"b":[[],"é"]}'


@given(JSON_VALUES)
def test_no_text_of_a_caller_is_taken_for_a_place(value: Any) -> None:
    document = {"before": value, "amount": JsonText("1.5"), "after": value}
    assert json.loads(encode_exact(document)) == {"before": value, "amount": 1.5, "after": value}


@pytest.mark.parametrize("text", ["\\u0000", '"\\u0000"', '\\"\\u0000\\"', "\\\\u0000"])
def test_a_text_that_looks_like_an_escape_is_left_alone(text: str) -> None:
    assert json.loads(encode_exact([text, JsonText("1.5")])) == [text, 1.5]


def test_what_is_no_json_is_an_error() -> None:
    with pytest.raises(TypeError):
        encode_exact({"a": {1, 2}})


def test_a_stored_document_gets_the_contracts_names_and_units() -> None:
    stored = {"id": "com_1", "deal_value_e4": 20_000, "metadata": {"deal_value_e4": 7}}
    shown = in_contract_units(stored)
    assert list(shown) == ["id", "deal_value", "metadata"]
    assert shown == {"id": "com_1", "deal_value": 2, "metadata": {"deal_value_e4": 7}}


def test_a_deal_change_is_shown_in_the_contracts_units() -> None:
    line = {"record": "company", "id": "com_1", "before": None, "after": 25_000}
    shown = change_shown({**line, "pointer": "/deal_value_e4"})
    assert (shown["pointer"], shown["before"]) == ("/deal_value", None)
    assert encode_exact(shown["after"]) == "2.5"
    assert change_shown({**line, "pointer": "/metadata/deal_value_e4"})["after"] == 25_000


def test_a_whole_record_that_came_is_shown_in_the_contracts_units() -> None:
    line = {"record": "company", "id": "com_1", "pointer": "", "before": None}
    shown = change_shown({**line, "after": {"id": "com_1", "deal_value_e4": 30_000}})
    assert (shown["before"], shown["after"]) == (None, {"id": "com_1", "deal_value": 3})

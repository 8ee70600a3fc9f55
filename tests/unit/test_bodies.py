"""A body is strict JSON, or it is refused with the code that says why (§3)."""

import codecs
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_api.bodies import parse_body, parse_json
from models.operations import InvalidRequest
from models.rules.exact_float import ExactFloat

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3).filter(str.strip), inner),
    max_leaves=20,
)


def refusal_code(raw: bytes) -> str:
    with pytest.raises(InvalidRequest) as refused:
        parse_body(raw)
    assert refused.value.status == 400
    return refused.value.code


def code_or_read(raw: bytes) -> str:
    try:
        parse_body(raw)
    except InvalidRequest as refused:
        return refused.code
    return "read"


def nested_lists(levels: int) -> bytes:
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"{}", {}),
        (b' \r\n\t{"a":1} \n', {"a": 1}),
        ('{"é":"😀"}'.encode(), {"é": "😀"}),
        (rb'{"a":"\ud83d\ude00"}', {"a": "😀"}),
        (rb'{"a":"\\u0000 \\ud800"}', {"a": "\\u0000 \\ud800"}),
        (b'{"a":9007199254740991,"b":-9007199254740991}', {"a": 2**53 - 1, "b": 1 - 2**53}),
        (b'{"a":1e308}', {"a": 1e308}),
        (b'{"a":1e-400}', {"a": 0.0}),
        (b'{"a":-0}', {"a": 0}),
        (b'{"__proto__":1,"a.b":2}', {"__proto__": 1, "a.b": 2}),
        (b'{"a":{"x":1},"b":{"x":1}}', {"a": {"x": 1}, "b": {"x": 1}}),
        (b'{"a":"' + b"[{" * 100 + b'"}', {"a": "[{" * 100}),
        (b'{"a":[' + b"[]," * 100 + b"[]]}", {"a": [[]] * 101}),
    ],
)
def test_a_body_is_read_as(raw: bytes, expected: dict[str, Any]) -> None:
    assert parse_body(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b" \n", id="blank"),
        pytest.param(codecs.BOM_UTF8 + b"{}", id="BOM"),
        pytest.param("{}".encode("utf-16"), id="UTF-16"),
        pytest.param('{"a":1}'.encode("utf-16-le"), id="UTF-16 without BOM"),
        pytest.param("{}".encode("utf-32"), id="UTF-32"),
        pytest.param(b'{"a":"\xff"}', id="no UTF-8"),
        pytest.param(b'{"a":"\xc0\x80"}', id="overlong NUL"),
        pytest.param(b'{"a":"\xed\xa0\x80"}', id="raw surrogate"),
        pytest.param(b'{"a":"\x00"}', id="raw NUL"),
        pytest.param(b'{"a":1}\x00', id="NUL at the end"),
        pytest.param(b'{"a":1,"a":1}', id="duplicate key"),
        pytest.param(rb'{"a":1,"\u0061":2}', id="duplicate key, escaped"),
        pytest.param(b'{"a":{"b":1,"b":2}}', id="duplicate inner key"),
        pytest.param(b'{"a":NaN}', id="NaN"),
        pytest.param(b'{"a":Infinity}', id="Infinity"),
        pytest.param(b'{"a":-Infinity}', id="-Infinity"),
        pytest.param(b'{"a":1e400}', id="overflow"),
        pytest.param(b'{"a":-1.0e309}', id="negative overflow"),
        pytest.param(b'{"a":' + b"9" * 309 + b"}", id="integer overflow"),
        pytest.param(b'{"a":-' + b"9" * 200_000 + b"}", id="huge integer"),
        pytest.param(b'{"a":1} x', id="trailing text"),
        pytest.param(b"{}{}", id="two bodies"),
        pytest.param(b'{"a":1,}', id="trailing comma"),
        pytest.param(b"{'a':1}", id="single quotes"),
        pytest.param(b'{"a":01}', id="leading zero"),
        pytest.param(b'{"a":+1}', id="plus sign"),
        pytest.param(b'{"a":.5}', id="no leading digit"),
        pytest.param(b'{"a":"\n"}', id="raw newline in a string"),
        pytest.param(b'{"a":"\\x41"}', id="unknown escape"),
        pytest.param(b'{"a":1', id="cut"),
        pytest.param(b'{"a":"', id="cut in a string"),
        pytest.param(nested_lists(33), id="33 levels"),
        pytest.param(b"[" * 200_000, id="200,000 levels"),
        pytest.param(b'{"a":' * 100_000, id="100,000 objects"),
        pytest.param(b"{" * 33 + b'"' + b'\\"' * 100_000, id="unterminated string, many quotes"),
        pytest.param(b'{"a":9007199254740992,"a":1}', id="big integer and a duplicate key"),
        pytest.param(b'{"a":9007199254740992} x', id="big integer and trailing text"),
        pytest.param(rb'{"a":"\u0000"} x', id="escaped NUL and trailing text"),
        pytest.param(b"undefined", id="undefined"),
        pytest.param(b"visitor_id=v1", id="a form"),
    ],
)
def test_what_is_no_strict_json_is_invalid_json(raw: bytes) -> None:
    assert refusal_code(raw) == "invalid_json"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"[]", id="array"),
        pytest.param(b'"text"', id="string"),
        pytest.param(b"1", id="number"),
        pytest.param(b"null", id="null"),
        pytest.param(rb'{"a":"\u0000"}', id="NUL"),
        pytest.param(rb'{"a\u0000":1}', id="NUL in a key"),
        pytest.param(rb'{"a":[{"b":"x\u0000"}]}', id="NUL deep inside"),
        pytest.param(rb'{"a":"\ud800"}', id="lone high surrogate"),
        pytest.param(rb'{"a":"\uDC00\uD800"}', id="surrogates the wrong way round"),
        pytest.param(rb'{"a":{"\udfff":1}}', id="surrogate in a key"),
        pytest.param(b'{"a":9007199254740992}', id="2^53"),
        pytest.param(b'{"a":-9007199254740992}', id="-2^53"),
        pytest.param(b'{"a":[1,2,' + b"9" * 308 + b"]}", id="308 digits"),
    ],
)
def test_json_that_no_database_takes_is_an_invalid_request(raw: bytes) -> None:
    assert refusal_code(raw) == "invalid_request"


@pytest.mark.parametrize(
    ("raw", "pointers"),
    [
        (rb'{"a":"\u0000"}', ["/a"]),
        (rb'{"a":{"b/c":[1,"x",{"~":"\ud800"}]}}', ["/a/b~1c/2/~0"]),
        (rb'{"a":{"b\u0000":1}}', ["/a"]),
        (rb'{"\udfff":"\u0000"}', [""]),
        (rb'{"a":"\u0000","b":[9007199254740993,"\udc00"],"c":1}', ["/a", "/b/0", "/b/1"]),
        (b'{"a":[1,9007199254740993]}', ["/a/1"]),
        (rb'{"' + b"n" * 300 + rb'":"\u0000"}', ["/" + "n" * 100]),
        (rb'{"a":["' + rb'\u0000","' * 30 + rb'"]}', [f"/a/{at}" for at in range(20)]),
    ],
)
def test_what_no_database_takes_is_named_by_its_pointer(raw: bytes, pointers: list[str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_body(raw)
    errors = refused.value.errors
    assert [fault["pointer"] for fault in errors] == pointers
    assert (errors[0]["code"], errors[0]["detail"]) == ("invalid_request", refused.value.detail)


def test_32_levels_pass_whatever_the_brackets() -> None:
    assert parse_body(nested_lists(32))
    assert parse_body(b'{"a":' * 31 + b"[]" + b"}" * 31)


def test_any_json_value_can_be_read_where_a_body_is_not_an_object() -> None:
    assert parse_json(b"[1]") == [1]


def test_a_fraction_keeps_the_text_it_was_written_as() -> None:
    value = parse_body(b'{"deal_value":999999999999.9990}')["deal_value"]
    assert isinstance(value, ExactFloat)
    assert value.text == "999999999999.9990"


@given(st.binary() | st.text().map(str.encode))
def test_bytes_are_read_or_refused_and_nothing_else_happens(raw: bytes) -> None:
    assert code_or_read(raw) in {"read", "invalid_json", "invalid_request"}


@given(st.lists(st.sampled_from([*'{}[]",:\\ue+-.019dD8an ', '{"a":', "\\u0000", "\\ud800"])))
def test_almost_json_is_read_or_refused_and_nothing_else_happens(parts: list[str]) -> None:
    assert code_or_read("".join(parts).encode()) in {"read", "invalid_json", "invalid_request"}


@given(st.dictionaries(st.text(max_size=3).filter(str.strip), json_values), st.booleans())
def test_good_json_is_read_as_python_reads_it(value: dict[str, Any], ascii_only: bool) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    if b"\\u0000" in raw or raw.count(b"[") + raw.count(b"{") > 32:
        return
    assert parse_body(raw) == json.loads(raw)

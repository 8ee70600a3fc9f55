"""Metadata merges as RFC 7396 says, and has limits (§3)."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.merge_patch import merge_patch, same_json
from models.rules.metadata_limits import is_record_too_large, request_fault, size_bytes

Json = dict[str, Any]
leaves = st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=2)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from("abcd"), values)


def as_the_rfc_says(target: object, patch: object) -> object:
    """The pseudo code of RFC 7396 §2, word by word."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = as_the_rfc_says(merged.get(name), value)
    return merged


def levels(count: int) -> Json:
    nested: Json = {}
    for _level in range(count - 1):
        nested = {"a": nested}
    return nested


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": 1}, {"a": True}, {"a": True}),
        ({"a": [1]}, {"a": [True]}, {"a": [True]}),
        ({}, {"a": [None]}, {"a": [None]}),
        ({}, {"__proto__": 1, "a.b": 2, "$set": 3}, {"__proto__": 1, "a.b": 2, "$set": 3}),
    ],
)
def test_a_patch_merges(target: Json, patch: Json, expected: Json) -> None:
    assert repr(merge_patch(target, patch)) == repr(expected)


@given(objects, objects)
def test_merging_follows_the_rfc_and_changes_neither_input(target: Json, patch: Json) -> None:
    before = copy.deepcopy((target, patch))
    merged = merge_patch(target, patch)
    assert same_json(merged, as_the_rfc_says(target, patch))
    assert repr((target, patch)) == repr(before)


@given(objects, objects)
def test_merging_twice_changes_nothing_more_and_says_so(target: Json, patch: Json) -> None:
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) is once


def test_what_a_patch_leaves_alone_is_shared() -> None:
    target: Json = {"kept": {"deep": [1]}, "changed": {"x": 1, "y": {"z": 2}}}
    merged = merge_patch(target, {"changed": {"x": 2}})
    assert merged["kept"] is target["kept"]
    assert merged["changed"]["y"] is target["changed"]["y"]


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {f"k{n}": n for n in range(200)},
        {"k" * 100: 1},
        levels(8),
        {"a": "x" * (32 * 1024 - len('{"a":""}'))},
        {"a": "é" * 16_000},
    ],
    ids=["empty", "keys", "key", "depth", "bytes", "utf-8"],
)
def test_metadata_at_its_limits_passes(metadata: Json) -> None:
    assert request_fault(metadata) is None


@pytest.mark.parametrize(
    "metadata",
    [
        {f"k{n}": n for n in range(201)},
        {"k" * 101: 1},
        {"a": {"k" * 101: 1}},
        {"a": [{"k" * 101: 1}]},
        levels(9),
        {"a": [[[[[[[[]]]]]]]]},
        {"a": "x" * (32 * 1024 - len('{"a":""}') + 1)},
        {"a": "é" * 17_000},
    ],
    ids=["keys", "key", "inner key", "key in list", "depth", "lists", "bytes", "utf-8"],
)
def test_metadata_beyond_a_limit_is_refused(metadata: Json) -> None:
    assert request_fault(metadata) is not None


def test_a_record_holds_64_kb_of_compact_utf_8() -> None:
    assert size_bytes({"a": "é"}) == len('{"a":""}') + 2
    assert not is_record_too_large(size_bytes({"a": "x" * (64 * 1024 - len('{"a":""}'))}))
    assert is_record_too_large(size_bytes({"a": "x" * (64 * 1024 - len('{"a":""}') + 1)}))

"""Lines out of chunks, in bounded memory (contract §10)."""

import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_api.batches.lines import Lines

LIMIT_BYTES = 8
texts = st.lists(st.sampled_from([b"", b" ", b"\r", b"a", b"abcdefgh", b"abcdefghi", b"x" * 30]))


def _cut(body: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    return [body[start:end] for start, end in itertools.pairwise(edges)]


@given(lines=texts, places=st.lists(st.integers(0, 1000)), ends_with_newline=st.booleans())
def test_lines_are_the_same_however_the_body_is_cut(
    lines: list[bytes], places: list[int], ends_with_newline: bool
) -> None:
    body = b"\n".join(lines) + (b"\n" if ends_with_newline else b"")
    reader = Lines(LIMIT_BYTES)
    read = [line for chunk in _cut(body, places) for line in reader.feed(chunk)]
    read += reader.end()
    wanted = [None if len(line) > LIMIT_BYTES else line for line in lines if line.strip()]
    assert read == wanted


def test_an_endless_line_is_not_kept() -> None:
    reader = Lines(LIMIT_BYTES)
    chunk = b"x" * 100_000
    tracemalloc.start()
    try:
        for _ in range(100):
            assert list(reader.feed(bytes(chunk))) == []
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_bytes < 2 * len(chunk)
    assert list(reader.end()) == [None]


@pytest.mark.parametrize("chunks", [[b"a\n"], [b"a", b"\n"], [b"", b"a\n", b""]])
def test_a_line_is_told_as_soon_as_it_ends(chunks: list[bytes]) -> None:
    reader = Lines(LIMIT_BYTES)
    assert [line for chunk in chunks for line in reader.feed(chunk)] == [b"a"]
    assert list(reader.end()) == []

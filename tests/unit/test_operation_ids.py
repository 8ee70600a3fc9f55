"""Operation ids: they sort by acceptance, tell their entry, and no hostile one raises."""

from hypothesis import given
from hypothesis import strategies as st

from workers.mailbox.operation_ids import operation_id, parse_operation_id

NONCE = "0123456789abcd"
nonces = st.text("0123456789abcdef", min_size=14, max_size=14)
numbers = st.integers(0, 2**48 - 1)
carried_to = st.integers(0, 2**48 - 3)
"""With room for what a sequence of 25 bits carries over."""
sequences = st.integers(0, 2**24 - 1)


@given(numbers, sequences, nonces)
def test_an_operation_id_tells_its_entry_and_nonce(ms: int, sequence: int, nonce: str) -> None:
    made = operation_id(f"{ms}-{sequence}", nonce)
    assert len(made) == 35
    assert parse_operation_id(made) == (f"{ms}-{sequence}", nonce)


@given(st.lists(st.tuples(carried_to, st.integers(0, 2**25)), min_size=2, max_size=2, unique=True))
def test_operation_ids_sort_as_their_entries_within_a_stream(pairs: list[tuple[int, int]]) -> None:
    first, second = sorted(pairs)
    if second[0] == first[0] or first[1] < 2**24:
        ids = [operation_id(f"{ms}-{seq}", NONCE) for ms, seq in (first, second)]
        assert ids == sorted(ids)


@given(st.text() | st.from_regex(r"op_[0-9A-Fa-f\u0660-\u0669]{30,33}\n?", fullmatch=True))
def test_any_string_is_an_operation_id_or_none(text: str) -> None:
    parsed = parse_operation_id(text)
    assert parsed is None or operation_id(*parsed) == text

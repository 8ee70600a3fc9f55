"""Operation ids: each sorts by acceptance and names the stream entry that it came in. Pure."""

import re

NONCE_BYTES = 7
SEQUENCE_BITS = 24

_OPERATION_ID = re.compile(r"op_([0-9a-f]{18})([0-9a-f]{14})", re.ASCII)


def operation_id(entry_id: str, nonce: str) -> str:
    """The id of the operation that came in this entry with this nonce.

    Twelve hex digits of milliseconds, six of the stream's sequence, the nonce. (Should a clock
    set back make the sequence outgrow 24 bits, the milliseconds take the carry: still in order.)
    Entries of both lanes may have one time and number; the nonce tells them apart.
    """
    ms, _, sequence = entry_id.partition("-")
    return f"op_{(int(ms) << SEQUENCE_BITS) + int(sequence):018x}{nonce}"


def first_operation_id(accepted_at_ms: int) -> str:
    """What no id of an operation accepted at that time, or later, sorts before."""
    return f"op_{accepted_at_ms << SEQUENCE_BITS:018x}"


def parse_operation_id(text: str) -> tuple[str, str] | None:
    """Entry id and nonce of an operation id; None for any string that is none."""
    match = _OPERATION_ID.fullmatch(text)
    if match is None:
        return None
    ms, sequence = divmod(int(match[1], 16), 1 << SEQUENCE_BITS)
    return f"{ms}-{sequence}", match[2]

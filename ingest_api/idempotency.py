"""Under which key a caller repeats a request (contract §4, Retries)."""

from ingest_api.errors import Problem, invalid_request
from ingest_api.incoming import Incoming

KEY_LIMIT_CHARS = 255


def read_idempotency_key(incoming: Incoming, message_id: str | None) -> str | None:
    """The `Idempotency-Key` header, or the body's `message_id`; None where neither stands.

    Raises Problem 400 for two that differ, several headers, and an empty or overlong one.
    """
    header = incoming.header(b"idempotency-key")
    if header is None:
        return message_id
    key = _text(header)
    if message_id is not None and message_id != key:
        raise Problem(
            400,
            "invalid_request",
            "Idempotency-Key and message_id differ.",
            errors=[
                {"pointer": "/message_id", "code": "invalid_request", "detail": "Another key."}
            ],
        )
    return key


def _text(header: bytes) -> str:
    try:
        key = header.strip(b" \t").decode()
    except UnicodeDecodeError:
        raise invalid_request("The Idempotency-Key is not UTF-8.") from None
    if not 0 < len(key) <= KEY_LIMIT_CHARS:
        raise invalid_request(f"An Idempotency-Key has 1 to {KEY_LIMIT_CHARS} characters.")
    return key

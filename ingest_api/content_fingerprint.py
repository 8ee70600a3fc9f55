"""What makes two requests under one idempotency key the same request (contract §4, Retries)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from models.rules.deal_value import DealValueError, read_deal_value

NOT_CONTENT = frozenset(
    {"message_id", "user_hash", "user_token", "sent_at", "app_id", "project_id"}
)
"""What a retry may send anew without asking for something else. The project is the key's scope
already, however the request spells it."""

FINGERPRINT_BYTES = 16

_canonical = json.JSONEncoder(separators=(",", ":"), sort_keys=True, check_circular=False).encode


def content_fingerprint(operation_type: str, body: Mapping[str, Any], subject: str = "") -> str:
    """A digest (32 hex characters) of a parsed body without the fields that are not content.

    Key order and white space do not matter. `subject` is the record that the path of an account
    route names. A deal value counts as the amount it is, not as the double nearest to it.
    """
    content = {name: value for name, value in body.items() if name not in NOT_CONTENT}
    if "deal_value" in content:
        content["deal_value"] = _amount(content["deal_value"])
    text = _canonical([operation_type, subject, content])
    return hashlib.blake2b(text.encode(), digest_size=FINGERPRINT_BYTES).hexdigest()


def _amount(value: object) -> object:
    try:
        return read_deal_value(value)
    except DealValueError:
        return value

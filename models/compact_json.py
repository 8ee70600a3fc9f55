"""JSON as it is stored, queued, published and answered: compact, in UTF-8 (docs/adr/0014).

Bodies of requests are not read here: `ingest_api.bodies` refuses what this reader lets pass.
"""

from typing import Any

import orjson

decode = orjson.loads
"""The value of a JSON text that this program wrote. Raises ValueError for no JSON."""


def encode(value: Any) -> bytes:
    """A value as JSON. Raises ValueError for what JSON, UTF-8 or 64 bits cannot hold."""
    try:
        return orjson.dumps(value, _as_plain)
    except TypeError as error:
        # Its text names a type or a rule, nothing of the value.
        raise ValueError(str(error)) from None


def _as_plain(value: Any) -> float:
    """A float that remembers how it was written, as a float."""
    if isinstance(value, float):
        return float(value)
    raise TypeError("no JSON value")

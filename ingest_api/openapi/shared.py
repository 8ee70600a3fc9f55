"""Responses that several routes have in common stand once, under `components`."""

from collections import Counter
from typing import Any

from ingest_api.answers import encode_json
from ingest_api.openapi.description import Json


def share_responses(paths: Json) -> Json:
    """Puts references where a response stands in several routes; returns the shared ones by name.

    They are most of the document otherwise.
    """
    places = [
        (operation["responses"], status)
        for methods in paths.values()
        for operation in methods.values()
        for status in operation["responses"]
    ]
    uses = Counter(encode_json(responses[status]) for responses, status in places)
    shared: Json = {}
    names: dict[str, str] = {}
    for responses, status in places:
        written = encode_json(responses[status])
        if uses[written] > 1:
            if written not in names:
                names[written] = _new_name(shared, status)
                shared[names[written]] = responses[status]
            responses[status] = {"$ref": f"#/components/responses/{names[written]}"}
    return shared


def _new_name(taken: dict[str, Any], status: str) -> str:
    number = sum(name.startswith(f"status_{status}") for name in taken)
    return f"status_{status}_{number + 1}"

"""The document, and ways through it."""

from collections.abc import Iterator
from typing import Any

from ingest_api.openapi.document import build_document
from ingest_api.openapi.route_descriptions import DESCRIPTIONS

Json = dict[str, Any]

DOCUMENT: Json = build_document(DESCRIPTIONS)
SCHEMAS: Json = DOCUMENT["components"]["schemas"]


def operations() -> Iterator[tuple[str, Json]]:
    """Every operation with its id."""
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            yield operation["operationId"], operation


def resolved(node: Json) -> Json:
    """What a reference refers to; anything else as it is."""
    while "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def body_schemas() -> Json:
    """The schemas of which bodies are made, by name."""
    found: Json = {}
    rest: list[Any] = [operation.get("requestBody", {}) for _, operation in operations()]
    while rest:
        node = rest.pop()
        if isinstance(node, list):
            rest.extend(node)
        elif isinstance(node, dict):
            name = node.get("$ref", "").rpartition("/")[2]
            if name in SCHEMAS and name not in found:
                found[name] = SCHEMAS[name]
                rest.append(SCHEMAS[name])
            rest.extend(value for key, value in node.items() if key not in ("$ref", "examples"))
    return found


def references(node: Any) -> Iterator[str]:
    """Every reference below a node."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references(value)

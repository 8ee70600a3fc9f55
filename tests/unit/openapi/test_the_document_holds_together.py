"""The document is one that any OpenAPI 3.1 tool reads, and its examples are what it says."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from ingest_api.openapi.document import DocumentBytes, document_bytes
from tests.unit.openapi.documents import DOCUMENT, SCHEMAS, Json, operations, references, resolved

OPERATIONS = dict(operations())
EACH = pytest.mark.parametrize("operation_id", OPERATIONS)
_COMPONENT_NAME = re.compile(r"[A-Za-z0-9._-]+")


def validator_of(schema: Json) -> jsonschema_rs.Draft202012Validator:
    """Judges by a schema of the document."""
    return jsonschema_rs.Draft202012Validator(
        {**schema, "components": DOCUMENT["components"]}, validate_formats=True
    )


def _contents(operation_id: str) -> Iterator[tuple[str, Json]]:
    """Where the operation speaks of content: its body, and each answer."""
    operation = OPERATIONS[operation_id]
    places = {"request": operation.get("requestBody", {})} | operation["responses"]
    for place, described in places.items():
        for media_type, content in resolved(described).get("content", {}).items():
            yield f"{place} {media_type}", content


def _examples(content: Json) -> Iterator[Any]:
    if "example" in content:
        yield content["example"]
    for example in content.get("examples", {}).values():
        yield resolved(example)["value"]


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        assert resolved({"$ref": reference})


def test_nothing_under_components_is_unused() -> None:
    used = set(references(DOCUMENT))
    for kind in ("schemas", "responses", "examples", "headers"):
        for name in DOCUMENT["components"][kind]:
            assert f"#/components/{kind}/{name}" in used


def test_components_have_names_that_the_standard_allows() -> None:
    for components in DOCUMENT["components"].values():
        assert all(_COMPONENT_NAME.fullmatch(name) for name in components)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    jsonschema_rs.meta.validate(SCHEMAS[name])
    # What pydantic cannot translate it leaves as it is.
    assert not {"ge", "le", "gt", "lt", "max_length", "min_length"} & _words(SCHEMAS[name])


@EACH
def test_every_example_fits_its_schema(operation_id: str) -> None:
    for place, content in _contents(operation_id):
        judge = validator_of(content["schema"])
        for example in _examples(content):
            faults = [error.message for error in judge.iter_errors(example)]
            assert faults == [], place


@EACH
def test_every_example_of_a_parameter_fits_its_schema(operation_id: str) -> None:
    for parameter in OPERATIONS[operation_id].get("parameters", []):
        judge = validator_of(parameter["schema"])
        values = [example["value"] for example in parameter.get("examples", {}).values()]
        for value in [*values, *parameter["schema"].get("examples", [])]:
            assert judge.is_valid(_as_sent(value, parameter["schema"])), parameter["name"]


@EACH
def test_every_answer_carries_the_request_id(operation_id: str) -> None:
    for response in OPERATIONS[operation_id]["responses"].values():
        assert "X-Request-Id" in resolved(response)["headers"]


@EACH
def test_only_unavailable_is_a_fault_of_the_server(operation_id: str) -> None:
    statuses = OPERATIONS[operation_id]["responses"]
    assert {status for status in statuses if status.startswith("5")} == {"503"}


@EACH
def test_problems_name_the_codes_that_are_possible(operation_id: str) -> None:
    for place, content in _contents(operation_id):
        if "problem+json" in place:
            narrowed = content["schema"]["allOf"][1]["properties"]
            assert narrowed["code"]["enum"] == list(content["examples"])


def test_the_document_is_made_once() -> None:
    first: DocumentBytes = document_bytes()
    assert document_bytes() is first


def _words(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_words, node))
    if isinstance(node, dict):
        members = {name: value for name, value in node.items() if name != "properties"}
        within = [*members.values(), *node.get("properties", {}).values()]
        return set(members).union(*map(_words, within))
    return set()


def _as_sent(value: str, schema: Json) -> object:
    return int(value) if schema.get("type") == "integer" else value

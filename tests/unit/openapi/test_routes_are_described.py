"""Every route has a description, and every description a route."""

import re

import pytest

from ingest_api.openapi.description import Description, RouteKey
from ingest_api.openapi.document import build_document
from ingest_api.openapi.parameters import WRITE_PARAMETERS
from ingest_api.openapi.route_descriptions import DESCRIPTIONS
from ingest_api.route_table import ROUTES

_CONVERTER = re.compile(r":\w+}")
_PATH_PARAMETER = re.compile(r"{(\w+)}")
FAMILIES = {(entry.method, _CONVERTER.sub("}", entry.path)): entry.family for entry in ROUTES}
EACH = pytest.mark.parametrize(
    ("key", "description"), DESCRIPTIONS.items(), ids=[" ".join(key) for key in DESCRIPTIONS]
)


def test_every_route_is_described() -> None:
    missing = FAMILIES.keys() - DESCRIPTIONS.keys()
    assert not missing, (
        f"ingest_api/openapi describes no {_told(missing)}: "
        "add the route to the table of its family there"
    )


def test_every_description_has_a_route() -> None:
    gone = DESCRIPTIONS.keys() - FAMILIES.keys()
    assert not gone, f"ingest_api/openapi describes {_told(gone)}, which ROUTES does not have"


@EACH
def test_a_description_is_of_its_routes_family(key: RouteKey, description: Description) -> None:
    assert FAMILIES.get(key, description.family) == description.family


@EACH
def test_a_description_names_the_parameters_of_its_path(
    key: RouteKey, description: Description
) -> None:
    described = [each.name for each in description.parameters if each.place == "path"]
    assert described == _PATH_PARAMETER.findall(key[1])


@EACH
def test_a_description_says_something(key: RouteKey, description: Description) -> None:
    assert key
    assert description.summary
    assert description.text
    assert description.examples
    assert all(example.summary for example in description.examples)


@EACH
def test_an_example_gives_only_parameters_that_the_route_has(
    key: RouteKey, description: Description
) -> None:
    assert key
    has = {(each.place, each.name) for each in description.parameters}
    for example in description.examples:
        assert {("path", name) for name in example.path} <= has
        assert {("query", name) for name in example.query} <= has
        assert {("header", name) for name in example.headers} <= has


@EACH
def test_what_takes_an_idempotency_key_says_so(key: RouteKey, description: Description) -> None:
    is_write = key[0] != "GET"
    assert (WRITE_PARAMETERS[0] in description.parameters) is is_write


def test_operation_ids_and_examples_are_named_once() -> None:
    operation_ids = [description.operation_id for description in DESCRIPTIONS.values()]
    assert len(set(operation_ids)) == len(operation_ids)
    examples = [each.name for description in DESCRIPTIONS.values() for each in description.examples]
    assert len(set(examples)) == len(examples)


def test_the_document_has_these_routes_and_no_others() -> None:
    document = build_document(DESCRIPTIONS)
    shown = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    assert shown == DESCRIPTIONS.keys()


def _told(keys: set[RouteKey]) -> str:
    return ", ".join(" ".join(key) for key in sorted(keys))

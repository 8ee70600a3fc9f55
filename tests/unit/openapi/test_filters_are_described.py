"""A list's parameters are those that its route reads, each once."""

from collections.abc import Collection, Mapping

import pytest

from ingest_api.openapi.route_descriptions import DESCRIPTIONS
from ingest_api.query_fields import Reader
from ingest_api.routes import companies, contacts, operations
from models.operations.invalid_request import InvalidRequest

LISTS = [
    ("/api/contacts", contacts.FILTERS),
    ("/api/v1/contacts", contacts.FILTERS),
    ("/api/companies", companies.FILTERS),
    ("/api/operations", operations.FILTERS),
]


@pytest.mark.parametrize(("path", "filters"), LISTS)
def test_a_lists_parameters_are_its_filters_and_the_page(
    path: str, filters: Collection[str]
) -> None:
    described = [each.name for each in DESCRIPTIONS["GET", path].parameters]
    assert sorted(described) == sorted([*filters, "limit", "cursor"])


@pytest.mark.parametrize(("path", "filters"), LISTS)
def test_a_filter_that_may_not_be_empty_says_so(path: str, filters: Mapping[str, Reader]) -> None:
    described = {each.name: each.schema for each in DESCRIPTIONS["GET", path].parameters}
    for name, read in filters.items():
        may_be_empty = described[name].get("minLength", 0) == 0 and "enum" not in described[name]
        assert may_be_empty is is_read(read, name, ""), name


def is_read(read: Reader, name: str, text: str) -> bool:
    try:
        read(name, text)
    except InvalidRequest:
        return False
    return True

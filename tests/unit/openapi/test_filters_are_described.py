"""A list's parameters are those that its route reads, each once."""

from collections.abc import Collection

import pytest

from ingest_api.openapi.route_descriptions import DESCRIPTIONS
from ingest_api.routes import companies, contacts, operations

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

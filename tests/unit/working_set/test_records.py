"""Records and tables name the same columns, so that a row can be either."""

from dataclasses import fields

import pytest

from models.store import kinds
from models.store.columns import column_names
from models.store.kinds import Kind

ALL = [
    kinds.VISITORS,
    kinds.CONTACTS,
    kinds.EMAILS,
    kinds.COMPANIES,
    kinds.LINKS,
    kinds.MERGES,
    kinds.ACTIVITY,
]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.table.name)
def test_a_record_has_the_columns_of_its_table_but_the_project(kind: Kind) -> None:
    names = {field.name for field in fields(kind.record)}  # type: ignore[arg-type]
    assert names == set(column_names(kind.table))
    assert "project_id" in kind.table.columns

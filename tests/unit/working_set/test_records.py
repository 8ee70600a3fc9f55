"""Records and tables name the same columns, so that a row can be either."""

from dataclasses import fields

import pytest

from models.records import Project
from models.store import kinds
from models.store.columns import column_names
from models.store.kinds import Kind
from models.store.load import PROJECTS

ALL = [
    kinds.VISITORS,
    kinds.CONTACTS,
    kinds.EMAILS,
    kinds.COMPANIES,
    kinds.LINKS,
    kinds.MERGES,
    kinds.ACTIVITY,
    kinds.STAGES,
    kinds.KEYS,
    kinds.IDENTITY_SECRETS,
    kinds.DEAD_LETTERS,
]


def test_a_project_has_the_columns_of_its_table() -> None:
    assert {field.name for field in fields(Project)} == {"id", *column_names(PROJECTS)}


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.table.name)
def test_a_record_has_the_columns_of_its_table_but_the_project(kind: Kind) -> None:
    names = {field.name for field in fields(kind.record)}  # type: ignore[arg-type]
    assert names == set(column_names(kind.table))
    assert "project_id" in kind.table.columns

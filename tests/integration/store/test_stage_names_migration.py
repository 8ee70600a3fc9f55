"""Stages that were stored are found however a request composes their letters (migration 0005)."""

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import select, text

from models.database import Database
from models.migrations import configuration
from models.provisioning.projects import create_project
from models.store.columns import table_of
from models.tables import StageTable
from tests.integration.store.older_databases import database_of

STAGES = table_of(StageTable).c
COMPOSED, DECOMPOSED = "\u00e9", "e\u0301"
ADD_STAGE = text(
    "INSERT INTO stages (project_id, id, name, name_key, position) "
    "VALUES (:project_id, :id, :name, :name, :position)"
)


@pytest.fixture
def older_database(unmigrated_url: str) -> Iterator[Database]:
    """A database as the fourth migration leaves it."""
    with database_of("0004", unmigrated_url) as database:
        yield database


def test_a_stored_stage_is_found_and_one_that_looks_the_same_gets_a_number(
    older_database: Database,
) -> None:
    stored = [
        ("here", "stg_1", "lead"),
        ("here", "stg_2", DECOMPOSED),
        ("here", "stg_3", COMPOSED),
        ("there", "stg_4", DECOMPOSED),
    ]
    with older_database.transaction() as connection:
        for project_id in ("here", "there"):
            create_project(connection, project_id, "Demo", (), 1)
        for position, (project_id, stage_id, name) in enumerate(stored):
            row = {"project_id": project_id, "id": stage_id, "name": name, "position": position}
            connection.execute(ADD_STAGE, row)
    command.upgrade(configuration(older_database), "head")
    with older_database.reading() as connection:
        rows = connection.execute(select(STAGES.id, STAGES.name, STAGES.name_key)).all()
    assert {row.id: (row.name, row.name_key) for row in rows} == {
        "stg_1": ("lead", "lead"),
        "stg_2": (f"{DECOMPOSED} (2)", f"{COMPOSED} (2)"),
        "stg_3": (COMPOSED, COMPOSED),
        "stg_4": (DECOMPOSED, COMPOSED),
    }

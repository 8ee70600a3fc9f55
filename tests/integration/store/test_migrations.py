"""Migrations make what the tables say, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from models import tables
from models.database import Database
from models.migrations import current_and_newest, upgrade


def test_a_migrated_database_has_exactly_the_tables_of_the_models(database: Database) -> None:
    assert tables.__all__
    with database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_again_changes_nothing(database: Database, database_url: str) -> None:
    upgrade(database_url)
    current, newest = current_and_newest(database)
    assert current == newest is not None

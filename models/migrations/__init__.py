"""Alembic migrations, run by `hal-ingest migrate` and by the tests, on both databases."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from models.database import Database


def configuration(database: Database) -> Config:
    """Alembic's configuration for a database; no ini file, no environment."""
    config = Config()
    config.set_main_option("script_location", str(files(__name__)))
    config.attributes["database"] = database
    return config


def upgrade(database_url: str) -> None:
    """Brings the database to the newest version; safe to call again and by several at once."""
    database = Database(database_url, statement_timeout_s=600, lock_timeout_s=60)
    try:
        command.upgrade(configuration(database), "head")
    finally:
        database.close()


def current_and_newest(database: Database) -> tuple[str | None, str | None]:
    """The version that the database has, and the one that this code needs."""
    newest = ScriptDirectory.from_config(configuration(database)).get_current_head()
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision(), newest


def is_known(database: Database, version: str) -> bool:
    """Whether this code has the migration that brought a database to `version`."""
    scripts = ScriptDirectory.from_config(configuration(database))
    return any(each.revision == version for each in scripts.walk_revisions())

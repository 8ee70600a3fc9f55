"""Databases as an older release leaves them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from alembic import command

from models.database import Database
from models.migrations import configuration


@contextmanager
def database_of(version: str, url: str) -> Iterator[Database]:
    """Yield the unmigrated database at `url`, migrated up to `version`."""
    with closing(Database(url)) as database:
        command.upgrade(configuration(database), version)
        yield database

"""Reads a database's files once, so that the next look at them is not one at the disk.

A machine that is in use keeps them in memory; between two turns this one may let them go.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from models.database import sqlite_file
from tests.benchmarks.stand import Stand

PIECE_BYTES = 16 * 1024 * 1024
_FOLDER = text(
    "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database"
    " WHERE datname = current_database()"
)


def warm(ground: Stand) -> None:
    """Read all files of the stand's database that are on this machine."""
    for path in _files(ground):
        with path.open("rb") as file:
            while file.read(PIECE_BYTES):
                pass


def _files(ground: Stand) -> Iterator[Path]:
    file = sqlite_file(ground.database_url)
    if file is not None:
        yield file
        return
    database = ground.database
    with database.reading() as connection:
        folder = Path(connection.execute(_FOLDER).scalar_one())
    database.close()
    if folder.is_dir():
        yield from folder.iterdir()

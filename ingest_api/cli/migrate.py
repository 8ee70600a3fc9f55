"""`hal-ingest migrate`."""

import typer
from alembic.util import CommandError

from config.settings import Settings, load_settings
from ingest_api.cli.answer import AsJson
from ingest_api.cli.refusing import answering, refuse
from ingest_api.cli.stored_data import open_database
from models.database import sqlite_file
from models.migrations import current_and_newest, upgrade

app = typer.Typer()


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Bring the database to the newest version.

    Safe to run again, and by several at once. Makes the file of an SQLite database.
    """
    with answering(as_json) as answer:
        settings = load_settings()
        _make_folder(settings, as_json)
        before = _version(settings)
        try:
            upgrade(settings.database_url)
        except CommandError:
            detail = f"The database is of version {before}, which this program does not know."
            refuse("unknown_database_version", detail, as_json)
        after = _version(settings)
        answer.sentence(
            {"from": before, "to": after, "changed": before != after}, _told(before, after)
        )


def _told(before: str | None, after: str | None) -> str:
    if before == after:
        return f"The database is at version {after} already."
    return f"The database was brought from {before or 'nothing'} to version {after}."


def _make_folder(settings: Settings, as_json: bool) -> None:
    file = sqlite_file(settings.database_url)
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse("database_unavailable", f"{file.parent}: {error.strerror or error}.", as_json)


def _version(settings: Settings) -> str | None:
    database = open_database(settings)
    try:
        return current_and_newest(database)[0]
    finally:
        database.close()

"""What `web`, `worker` and `up` share: settings or one clear line, and logs as JSON on demand."""

import json
import sys
from typing import Annotated

import typer

from config.settings import Settings, SettingsError, load_settings
from ingest_api.cli.refusing import refuse
from ingest_api.cli.stored_data import open_database
from models.database import NotMigrated
from models.migrated import is_unmigrated

JsonLogs = Annotated[bool, typer.Option("--json", help="Write every log line as JSON.")]


def settings_or_exit(as_json: bool) -> Settings:
    """The settings; a bad one ends the command with one line and exit code 1."""
    try:
        return load_settings()
    except SettingsError as error:
        told = {"error": {"code": "invalid_setting", "detail": str(error)}}
        print(json.dumps(told) if as_json else f"hal-ingest: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


def require_migrated(settings: Settings, as_json: bool) -> None:
    """End the command with one line where the database lacks tables.

    A database that is away is no reason to stop: the edge waits for it.
    """
    database = open_database(settings)
    try:
        unmigrated = is_unmigrated(database)
    finally:
        database.close()
    if unmigrated:
        refuse(NotMigrated.code, NotMigrated.detail, as_json)

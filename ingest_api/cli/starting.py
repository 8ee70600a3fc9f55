"""What `web`, `worker` and `up` share: settings or one clear line, and logs as JSON on demand.

Nothing of the database is loaded here: a worker's own process does that.
"""

import json
import sys
from typing import Annotated

import typer

from config.metrics_folder import require_folder
from config.settings import Settings, SettingsError, load_settings

JsonLogs = Annotated[bool, typer.Option("--json", help="Write every log line as JSON.")]


def settings_or_exit(as_json: bool) -> Settings:
    """The settings; a bad one ends the command with one line and exit code 1."""
    try:
        settings = load_settings()
        require_folder(settings.metrics_folder)
        return settings
    except SettingsError as error:
        told = {"error": {"code": "invalid_setting", "detail": str(error)}}
        print(json.dumps(told) if as_json else f"hal-ingest: {error}", file=sys.stderr)
        raise typer.Exit(1) from None

"""`hal-ingest prune`."""

import os
import sys
from typing import Annotated

import typer

from config.settings import child_environment
from ingest_api.cli.answer import AsJson
from ingest_api.cli.starting import settings_or_exit
from ingest_api.embedded.beside import beside_up

app = typer.Typer()


@app.command()
def prune(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would be removed.")
    ] = False,
    wait_s: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for another process that prunes.")
    ] = 5.0,
    as_json: AsJson = False,
) -> None:
    """Remove receipts, idempotency keys and dead letters older than their retention.

    Workers do so by themselves, every PRUNE_INTERVAL_S; this is for doing it now.
    Ctrl-C ends it cleanly, and what is left is for the next time.
    """
    settings = beside_up(settings_or_exit(as_json))
    flags = ["--wait-s", str(wait_s)]
    flags += [*(["--dry-run"] if dry_run else []), *(["--json"] if as_json else [])]
    command = [sys.executable, "-m", "workers.prune_once", *flags]
    changes = {"REDIS_URL": settings.redis_url} if settings.redis_url_given else {}
    # Replaces this process: the edge's half of the code knows the worker only by its command.
    os.execve(command[0], command, child_environment(changes))  # noqa: S606

"""`hal-ingest worker`."""

import os
import sys
from typing import Annotated

import typer

from config.settings import child_environment
from ingest_api.cli.starting import JsonLogs, settings_or_exit
from ingest_api.embedded.beside import beside_up

app = typer.Typer()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def worker(
    context: typer.Context,
    processes: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes; WORKER_PROCESSES if left out.")
    ] = None,
    as_json: JsonLogs = False,
) -> None:
    """Run a worker, which applies what was accepted, until SIGTERM or Ctrl-C.

    A parent starts its processes again when they end. Several workers may run, on this machine or
    others. Further arguments go to `python -m workers`.
    """
    settings = beside_up(settings_or_exit(as_json))
    command = [sys.executable, "-m", "workers", *context.args]
    if processes is not None:
        command += ["--processes", str(processes)]
    changes = {"LOG_FORMAT": "json"} if as_json else {}
    if settings.redis_url_given:
        changes["REDIS_URL"] = settings.redis_url
    environment = child_environment(changes)
    # Replaces this process: the edge's half of the code knows the worker only by its command.
    os.execve(command[0], command, environment)  # noqa: S606

"""`hal-ingest worker`."""

import os
import sys
from typing import Annotated

import typer

from config.settings import child_environment
from ingest_api.cli.refusing import refuse
from ingest_api.cli.starting import JsonLogs, settings_or_exit
from ingest_api.embedded.beside import beside_up
from ingest_api.listening import CannotListen, require_free_address

app = typer.Typer()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def worker(
    context: typer.Context,
    processes: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes; WORKER_PROCESSES if left out.")
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Answer /metrics on this port; WORKER_METRICS_PORT if left out."
        ),
    ] = None,
    as_json: JsonLogs = False,
) -> None:
    """Run a worker, which applies what was accepted, until SIGTERM or Ctrl-C.

    A parent starts its processes again when they end. Several workers may run, on any machines.
    Further arguments go to `python -m workers`.
    """
    settings = beside_up(settings_or_exit(as_json))
    command = [sys.executable, "-m", "workers", *context.args]
    if processes is not None:
        command += ["--processes", str(processes)]
    changes = {"LOG_FORMAT": "json"} if as_json else {}
    if metrics_port := metrics_port or settings.worker_metrics_port:
        changes["WORKER_METRICS_PORT"] = str(metrics_port)
        if settings.metrics_folder is None:
            _require_free(settings.worker_metrics_host, metrics_port, as_json)
    if settings.redis_url_given:
        changes["REDIS_URL"] = settings.redis_url
    environment = child_environment(changes)
    # Replaces this process: the edge's half of the code knows the worker only by its command.
    os.execve(command[0], command, environment)  # noqa: S606


def _require_free(host: str, port: int, as_json: bool) -> None:
    """Ends the command with one line where the port is taken.

    To be asked of a worker that counts apart: where many share a folder, one answers for all.
    """
    try:
        require_free_address(host, port, "WORKER_METRICS_HOST or _PORT")
    except CannotListen as error:
        refuse("cannot_listen", str(error), as_json)

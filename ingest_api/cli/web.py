"""`hal-ingest web`."""

import math
import os
import signal
import sys
from contextlib import suppress
from typing import Annotated, Any

import typer
import uvicorn

from config.logs import configure_logs
from config.metrics_folder import shared_folder
from config.settings import Settings, child_environment
from ingest_api.cli.migrated import require_migrated
from ingest_api.cli.refusing import refuse
from ingest_api.cli.starting import JsonLogs, settings_or_exit
from ingest_api.edge_processes import EdgeProcesses
from ingest_api.listening import CannotListen, listeners, require_free_address

EDGE = "ingest_api.app:app_from_environment"

HEALTH_CHECK_S = 30
"""A process that says nothing for so long is replaced. At uvicorn's 5 s a busy machine, on which a
start takes longer, would begin anew for ever.
"""

app = typer.Typer()


@app.command()
def web(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; HOST if left out.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen on; PORT if left out.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes; WEB_WORKERS if left out.")
    ] = None,
    as_json: JsonLogs = False,
) -> None:
    """Run the edge, which answers HTTP, until SIGTERM or Ctrl-C."""
    settings = settings_or_exit(as_json)
    if as_json and settings.log_format != "json":
        # The edge's processes read the environment themselves.
        command = [sys.executable, "-m", "ingest_api.cli", *sys.argv[1:]]
        os.execve(command[0], command, child_environment({"LOG_FORMAT": "json"}))  # noqa: S606
    host, port = host or settings.host, port or settings.port
    configure_logs(settings.log_level, settings.log_format)
    require_migrated(settings, as_json)
    try:
        require_free_address(host, port)
    except CannotListen as error:
        refuse("cannot_listen", str(error), as_json)
    processes = workers or settings.web_workers
    if processes == 1:
        serve(settings, host, port, processes)
        return
    with shared_folder(settings.metrics_folder):
        serve(settings, host, port, processes)


def serve(settings: Settings, host: str, port: int, processes: int) -> None:
    """Serve until a signal. Where the app does not start uvicorn ends the process with 3."""
    options: dict[str, Any] = {
        "factory": True,
        "host": host,
        "port": port,
        "workers": processes,
        "loop": "uvloop",
        "http": "ingest_api.http_protocol:EdgeProtocol",
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": math.ceil(settings.stop_grace_s),
        "timeout_worker_healthcheck": HEALTH_CHECK_S,
    }
    config = uvicorn.Config(EDGE, **options)
    sockets = listeners(config.bind_socket())
    if processes > 1:
        EdgeProcesses(config, sockets).run()
        return
    server = uvicorn.Server(config)
    # uvicorn raises either signal again behind a graceful stop, which is no fault.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        server.run(sockets)

"""`hal-ingest up`: edge, worker and Redis-compatible server, with data in one folder (§13)."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path

from config.settings import Settings
from ingest_api.embedded.folder import FolderInUse, hold_folder
from ingest_api.embedded.redis_server import RedisServerMissing
from ingest_api.embedded.services import plan_services
from ingest_api.embedded.supervisor import StartFailed, StopRequested, Supervisor
from ingest_api.embedded.welcome import DemoProject, Welcome

EnsureDemoProject = Callable[[str], DemoProject | None]


class AddressInUse(Exception):
    """Something else listens where the edge should; the text is one line for a person."""


def run_up(
    settings: Settings,
    folder: Path,
    demo_project_id: str,
    ensure_demo_project: EnsureDemoProject,
    *,
    as_json: bool = False,
) -> int:
    """Run everything until SIGINT or SIGTERM and return the exit code.

    `ensure_demo_project` is called with the database URL after the migration; it makes the
    project `demo_project_id` and returns its keys, or returns None if it is there already.
    What cannot start is told in one line on standard error.
    """
    try:
        with hold_folder(folder, _say) as run_directory:
            _require_free_address(settings)
            _run(settings, folder, run_directory, (demo_project_id, ensure_demo_project), as_json)
    except (AddressInUse, FolderInUse, RedisServerMissing, StartFailed) as error:
        _say(str(error))
        return 1
    except StopRequested:
        pass
    _say("stopped")
    return 0


def _run(
    settings: Settings,
    folder: Path,
    run_directory: Path,
    demo: tuple[str, EnsureDemoProject],
    as_json: bool,
) -> None:
    plan = plan_services(settings, folder)
    demo_project_id, ensure_demo_project = demo
    with Supervisor(run_directory, _say) as supervisor:
        if plan.redis is not None:
            supervisor.start(plan.redis)
        supervisor.run_once(plan.migrate)
        created = ensure_demo_project(plan.settings.database_url)
        # The worker first: stopping in reverse, the edge then gets its last outcomes.
        supervisor.start(plan.worker)
        supervisor.start(plan.web)
        welcome = Welcome(plan.settings, demo_project_id, created)
        print(welcome.as_json() if as_json else welcome.as_text(), flush=True)
        supervisor.watch()
        _say("stopping")


def _require_free_address(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise AddressInUse(
                f"cannot listen on {settings.host} port {settings.port}: "
                f"{error.strerror or error} (set HOST or PORT)"
            ) from None


def _say(line: str) -> None:
    print(f"up: {line}", file=sys.stderr, flush=True)

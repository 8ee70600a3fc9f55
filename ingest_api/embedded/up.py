"""`hal-ingest up`: edge, worker and Redis-compatible server, with data in one folder (§13)."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from config.settings import Settings
from ingest_api.embedded.folder import FolderInUse, FolderUnusable, hold_folder
from ingest_api.embedded.redis_server import RedisServerMissing
from ingest_api.embedded.services import METRICS_FOLDER, plan_services
from ingest_api.embedded.supervisor import StartFailed, StopRequested, Supervisor
from ingest_api.embedded.welcome import DemoProject, Welcome
from ingest_api.listening import CannotListen, require_free_address


class FirstProject(Protocol):
    """The project to try things with; its keys only when it was made just now."""

    @property
    def project_id(self) -> str: ...
    @property
    def created(self) -> DemoProject | None: ...


EnsureDemoProject = Callable[[str], FirstProject]

_REFUSALS: dict[type[Exception], str] = {
    CannotListen: "cannot_listen",
    FolderInUse: "folder_in_use",
    FolderUnusable: "folder_unusable",
    RedisServerMissing: "redis_server_missing",
    StartFailed: "start_failed",
}
"""What may keep it from starting, with the stable code of each."""


def run_up(
    settings: Settings,
    folder: Path,
    ensure_demo_project: EnsureDemoProject,
    *,
    as_json: bool = False,
) -> int:
    """Run everything until SIGINT or SIGTERM and return the exit code.

    `ensure_demo_project` is called with the database URL after the migration; it makes a project
    where there is none.
    What cannot start is told in one line on standard error, which is a JSON document on demand.
    """
    try:
        with hold_folder(folder, _say) as run_directory:
            require_free_address(settings.host, settings.port)
            _run(settings, folder, run_directory, ensure_demo_project, as_json)
    except tuple(_REFUSALS) as error:
        _refuse(error, as_json)
        return 1
    except StopRequested:
        pass
    _say("stopped")
    return 0


def _run(
    settings: Settings,
    folder: Path,
    run_directory: Path,
    ensure_demo_project: EnsureDemoProject,
    as_json: bool,
) -> None:
    # Of an earlier run: its process ids may be others' by now.
    shutil.rmtree(folder / METRICS_FOLDER, ignore_errors=True)
    plan = plan_services(settings, folder)
    with Supervisor(run_directory, _say) as supervisor:
        if plan.redis is not None:
            supervisor.start(plan.redis)
        supervisor.run_once(plan.migrate)
        first = ensure_demo_project(plan.settings.database_url)
        # The worker first: stopping in reverse, the edge then gets its last outcomes.
        supervisor.start(plan.worker)
        supervisor.start(plan.web)
        welcome = Welcome(plan.settings, first.project_id, first.created)
        print(welcome.as_json() if as_json else welcome.as_text(), flush=True)
        supervisor.watch()
        _say("stopping")


def _refuse(error: Exception, as_json: bool) -> None:
    if as_json:
        told = {"error": {"code": _REFUSALS[type(error)], "detail": str(error)}}
        print(json.dumps(told), file=sys.stderr, flush=True)
    else:
        _say(str(error))


def _say(line: str) -> None:
    print(f"up: {line}", file=sys.stderr, flush=True)

"""`python -m workers`: worker processes and their parent."""

import argparse
import gc
import json
import sys

from config.exception_text import tell_uncaught_errors_without_their_text
from config.logs import configure_logs
from config.metric_files import count_in
from config.metrics_folder import require_folder, shared_folder
from config.settings import Settings, SettingsError, load_settings
from models.database import NotMigrated, open_database
from models.migrated import starts_unmigrated
from workers.metrics import ParentMetrics
from workers.presence import Presence
from workers.processes import WorkerProcesses
from workers.recycling import Recycling
from workers.slate import Slate
from workers.suspects import Errand
from workers.worker import WorkerProcess

# Collections of the youngest objects: a batch makes thousands of rows and no cycles.
GARBAGE_THRESHOLD = 50_000
MAX_PROCESSES = 64


def main(arguments: list[str] | None = None) -> int:
    """Runs a worker until it is told to stop; returns the process' exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m workers",
        description="Applies accepted operations to the database until SIGTERM or Ctrl-C.",
        epilog="Settings come from the environment: docs/operations/settings.md lists them.",
    )
    parser.add_argument(
        "--burst", action="store_true", help="leave when no drain is queued any more"
    )
    parser.add_argument(
        "--processes",
        type=_process_count,
        metavar="N",
        help="processes that apply, beside their parent; WORKER_PROCESSES if left out",
    )
    options = parser.parse_args(arguments)
    try:
        settings = load_settings()
        require_folder(settings.metrics_folder)
    except SettingsError as error:
        sys.stderr.write(f"hal-ingest: {error}\n")
        return 2
    tell_uncaught_errors_without_their_text()
    configure_logs(settings.log_level, settings.log_format)
    if _lacks_tables(settings):
        told = {"error": {"code": NotMigrated.code, "detail": NotMigrated.detail}}
        as_json = settings.log_format == "json"
        sys.stderr.write(
            f"{json.dumps(told) if as_json else f'hal-ingest: {NotMigrated.detail}'}\n"
        )
        return 1
    if not settings.worker_metrics_port and settings.metrics_folder is None:
        count_in(None)
        return _run(settings, options)
    with shared_folder(settings.metrics_folder) as folder:
        count_in(folder)
        found = settings.model_copy(update={"prometheus_multiproc_dir": str(folder)})
        return _run(found, options)


def _run(settings: Settings, options: argparse.Namespace) -> int:
    def live(slate: Slate, errand: Errand | None) -> None:
        count_in(settings.metrics_folder)
        with Presence(settings.redis_url, settings.redis_timeout_s).kept_up():
            WorkerProcess(settings, slate, burst=options.burst, errand=errand).run()

    processes = WorkerProcesses(
        live,
        options.processes or settings.worker_processes,
        settings.poison_deaths,
        Recycling(settings.worker_max_age_s, settings.worker_max_memory_bytes),
        is_burst=options.burst,
        tell=ParentMetrics().ended,
    )
    # What is there before the fork is shared by all of them, and no garbage.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 100)
    return processes.run()


def _process_count(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= MAX_PROCESSES):
        raise argparse.ArgumentTypeError(f"must be 1 to {MAX_PROCESSES}")
    return int(text)


def _lacks_tables(settings: Settings) -> bool:
    database = open_database(settings)
    try:
        return starts_unmigrated(database)
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main())

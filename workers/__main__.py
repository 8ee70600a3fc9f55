"""`python -m workers`: one worker process."""

import argparse
import gc
import json
import sys

from config.exception_text import tell_uncaught_errors_without_their_text
from config.logs import configure_logs
from config.settings import Settings, SettingsError, load_settings
from models.database import NotMigrated, open_database
from models.migrated import is_unmigrated
from workers.worker import WorkerProcess

# Collections of the youngest objects: a batch makes thousands of rows and no cycles.
GARBAGE_THRESHOLD = 50_000


def main(arguments: list[str] | None = None) -> int:
    """Runs a worker until it is told to stop; returns the process' exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m workers",
        description="Applies accepted operations to the database until SIGTERM or Ctrl-C.",
        epilog="Settings come from the environment; see the README.",
    )
    parser.add_argument(
        "--burst", action="store_true", help="leave when no drain is queued any more"
    )
    options = parser.parse_args(arguments)
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"workers: {error}\n")
        return 2
    if _lacks_tables(settings):
        told = {"error": {"code": NotMigrated.code, "detail": NotMigrated.detail}}
        as_json = settings.log_format == "json"
        sys.stderr.write(f"{json.dumps(told) if as_json else f'workers: {NotMigrated.detail}'}\n")
        return 1
    tell_uncaught_errors_without_their_text()
    configure_logs(settings.log_level, settings.log_format)
    worker = WorkerProcess(settings, burst=options.burst)
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 100)
    worker.run()
    return 0


def _lacks_tables(settings: Settings) -> bool:
    database = open_database(settings)
    try:
        return is_unmigrated(database)
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main())

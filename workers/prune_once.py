"""`python -m workers.prune_once`: one pass of pruning by hand (`hal-ingest prune`)."""

import argparse
import json
import signal
import sys
import time
from dataclasses import asdict

from config.logs import configure_logs
from config.settings import Settings, SettingsError, load_settings
from models.database import Database, NotMigrated, Transient, open_database
from models.migrated import is_unmigrated
from models.retention import retention_of
from workers.mailbox.connection import MailboxUnavailable, connect
from workers.mailbox.horizon import Horizon
from workers.prune import prune_now
from workers.prune_pass import Pruned, PruneLimits, PruneMeans, PrunePass
from workers.prune_turn import PruneTurn
from workers.stop import Stop

PROGRESS_EVERY_S = 1.0
# A worker's pass is over in well under this wherever it runs at every interval.
WAIT_S = 5.0
LOOK_AGAIN_S = 0.05


class CannotPrune(Exception):
    """Why nothing was pruned: a stable code and a line for a person."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class Progress:
    """Tells a person about once a second how far the pass is."""

    def __init__(self) -> None:
        self._tell_at_s = time.monotonic() + PROGRESS_EVERY_S

    def __call__(self, done: Pruned) -> None:
        now_s = time.monotonic()
        if now_s >= self._tell_at_s:
            sys.stderr.write(f"{words(done)} so far\n")
            self._tell_at_s = now_s + PROGRESS_EVERY_S


def words(done: Pruned) -> str:
    """The counts as a part of a sentence."""
    return (
        f"{done.receipts} receipts, {done.keys} keys and {done.dead_letters} dead letters "
        f"of {done.projects} projects"
    )


def main(arguments: list[str] | None = None) -> int:
    """Makes one pass; returns the process' exit code."""
    parser = argparse.ArgumentParser(
        prog="hal-ingest prune",
        description="Removes receipts, idempotency keys and dead letters that are older than "
        "their retention (RECEIPT_, KEY_ and DEAD_LETTER_RETENTION_DAYS).",
    )
    parser.add_argument("--dry-run", action="store_true", help="only count what would be removed")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--wait-s",
        type=float,
        default=WAIT_S,
        help="seconds to wait for another process that prunes (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    try:
        done, was_stopped = _prune(dry=options.dry_run, wait_s=options.wait_s)
    except CannotPrune as refusal:
        told = {"error": {"code": refusal.code, "detail": str(refusal)}}
        sys.stderr.write(f"{json.dumps(told) if options.json else f'hal-ingest: {refusal}'}\n")
        return 1
    if options.json:
        document = {**asdict(done), "dry_run": options.dry_run, "stopped": was_stopped}
        sys.stdout.write(f"{json.dumps(document)}\n")
    else:
        verb = "Would remove" if options.dry_run else "Removed"
        early = "; it was stopped early" if was_stopped else ""
        sys.stdout.write(f"{verb} {words(done)}{early}.\n")
    return 0


def _prune(*, dry: bool, wait_s: float) -> tuple[Pruned, bool]:
    """What was done, and whether a signal ended it early."""
    try:
        settings = load_settings()
    except SettingsError as error:
        raise CannotPrune("invalid_setting", str(error)) from None
    configure_logs("WARNING", settings.log_format)
    stop = Stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    database = open_database(settings)
    try:
        done = _pass(settings, database, stop, dry=dry, wait_s=wait_s)
    except MailboxUnavailable as error:
        detail = f"Redis cannot be asked what waits ({error}): nothing more is pruned."
        raise CannotPrune("redis_unavailable", detail) from None
    except NotMigrated as error:
        raise CannotPrune(error.code, error.detail) from None
    except Transient as error:
        raise CannotPrune(
            "database_unavailable", f"The database is away or busy ({error})."
        ) from None
    finally:
        database.close()
    return done, stop.is_set()


def _pass(
    settings: Settings, database: Database, stop: Stop, *, dry: bool, wait_s: float
) -> Pruned:
    if is_unmigrated(database):
        raise NotMigrated
    with connect(settings.redis_url, settings.redis_timeout_s) as redis:
        limits = PruneLimits(settings.prune_batch_size, settings.prune_pause_s)
        turn = PruneTurn(redis)
        means = PruneMeans(database, Horizon(redis), turn, retention_of(settings), limits, stop)
        one = PrunePass(means, dry=dry, tell=Progress())
        if dry:
            one.run()
            return one.done
        give_up_at_s = time.monotonic() + wait_s
        while (done := prune_now(one, turn)) is None:
            if time.monotonic() >= give_up_at_s or stop.wait(LOOK_AGAIN_S):
                raise CannotPrune(
                    "pruning_already", "Another process is pruning now; try again later."
                )
        return done


if __name__ == "__main__":
    sys.exit(main())

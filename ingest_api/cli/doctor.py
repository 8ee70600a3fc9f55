"""`hal-ingest doctor`."""

from collections.abc import Generator, Iterator
from dataclasses import asdict

import typer

from config.settings import Settings, SettingsError, load_settings
from ingest_api.cli.answer import Answer, AsJson, print_table
from ingest_api.cli.diagnosis.check import Check, ok, worst
from ingest_api.cli.diagnosis.of_clocks import check_database_clock, check_redis_clock
from ingest_api.cli.diagnosis.of_connections import check_connections
from ingest_api.cli.diagnosis.of_database import check_database
from ingest_api.cli.diagnosis.of_dead_letters import check_dead_letters
from ingest_api.cli.diagnosis.of_edges import check_edges
from ingest_api.cli.diagnosis.of_mailboxes import check_mailboxes
from ingest_api.cli.diagnosis.of_metrics import check_metrics
from ingest_api.cli.diagnosis.of_redis import check_redis
from ingest_api.cli.diagnosis.of_workers import check_workers
from ingest_api.embedded.beside import beside_up

app = typer.Typer()


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check settings, Redis, database, edges, workers, mailboxes, dead letters and clocks, and tell
    how to mend what is wrong.

    Exits with 1 if a check fails; a warning is no failure.
    """
    checks = list(examine())
    verdict = worst(checks)
    if as_json:
        told = {"status": verdict, "checks": [asdict(check) for check in checks]}
        Answer(as_json).record(told)
    else:
        print_table(("", "check", "found", "to mend it"), [_row(check) for check in checks])
    raise typer.Exit(1 if verdict == "fail" else 0)


def examine() -> Iterator[Check]:
    """Every check whose means are there; what cannot be reached is reported once."""
    try:
        settings = beside_up(load_settings())
    except SettingsError as error:
        yield Check("settings", "fail", str(error), "correct the environment variable")
        return
    yield ok("settings", "all can be read")
    yield check_metrics(settings)
    edges, workers = yield from _with_redis(settings)
    yield from _with_database(settings, edges, workers)


def _with_redis(settings: Settings) -> Generator[Check, None, tuple[int, int]]:
    """Also returns how many edge and worker processes live."""
    checks, client = check_redis(
        settings.redis_url,
        settings.redis_timeout_s,
        settings.mailbox_max_bytes,
        url_given=settings.redis_url_given,
    )
    yield from checks
    if client is None:
        return 0, 0
    with client:
        check, edges = check_edges(client)
        yield check
        check, workers = check_workers(client)
        yield check
        yield check_mailboxes(client, settings.stuck_after_s)
        yield check_redis_clock(client)
    return edges, workers


def _with_database(settings: Settings, edges: int, workers: int) -> Iterator[Check]:
    checks, database = check_database(settings)
    yield from checks
    if database is None:
        return
    try:
        yield check_connections(database, settings, edges, workers)
        yield check_dead_letters(database)
        yield check_database_clock(database)
    finally:
        database.close()


def _row(check: Check) -> tuple[str, str, str, str]:
    return check.status, check.name, check.detail, check.mend

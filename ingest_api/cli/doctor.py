"""`hal-ingest doctor`."""

from collections.abc import Iterator
from dataclasses import asdict

import typer

from config.settings import Settings, SettingsError, load_settings
from ingest_api.cli.answer import Answer, AsJson, print_table
from ingest_api.cli.diagnosis.check import Check, ok, worst
from ingest_api.cli.diagnosis.of_clocks import check_database_clock, check_redis_clock
from ingest_api.cli.diagnosis.of_database import check_database
from ingest_api.cli.diagnosis.of_redis import check_redis
from ingest_api.cli.diagnosis.of_workers import check_workers
from ingest_api.embedded.beside import beside_up

app = typer.Typer()


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check settings, Redis, database, workers and clocks, and tell how to mend what is wrong.

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
    yield from _with_redis(settings)
    yield from _with_database(settings)


def _with_redis(settings: Settings) -> Iterator[Check]:
    checks, client = check_redis(
        settings.redis_url, settings.redis_timeout_s, url_given=settings.redis_url_given
    )
    yield from checks
    if client is not None:
        with client:
            yield check_workers(client)
            yield check_redis_clock(client)


def _with_database(settings: Settings) -> Iterator[Check]:
    checks, database = check_database(settings)
    yield from checks
    if database is not None:
        try:
            yield check_database_clock(database)
        finally:
            database.close()


def _row(check: Check) -> tuple[str, str, str, str]:
    return check.status, check.name, check.detail, check.mend

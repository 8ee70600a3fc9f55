"""Which commands there are, and how the one that is asked for is loaded."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

import typer

from config.exception_text import tell_uncaught_errors_without_their_text

PROGRAM = "hal-ingest"
HELP = "Accepts widget writes over HTTP, keeps them in a durable mailbox, applies them in order."
EPILOG = (
    "New here? `python3 run.py up` runs everything on this machine, with a demo project. "
    "Settings come from the environment (DATABASE_URL, REDIS_URL, PORT, ...); "
    "`hal-ingest doctor` checks them and tells how to mend what is wrong."
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command's name, the line that the overview shows, and its module."""

    name: str
    help: str
    module: str


COMMANDS = (
    Command("up", "Run everything here: edge, worker, Redis, SQLite.", "ingest_api.cli.up"),
    Command("web", "Run the edge, which answers HTTP.", "ingest_api.cli.web"),
    Command("worker", "Run a worker, which applies what was accepted.", "ingest_api.cli.worker"),
    Command("prune", "Remove what is older than its retention, now.", "ingest_api.cli.prune"),
    Command("migrate", "Bring the database to the newest version.", "ingest_api.cli.migrate"),
    Command("doctor", "Check Redis, database, edges, workers, clocks.", "ingest_api.cli.doctor"),
    Command("project", "Create, list, show and change projects.", "ingest_api.cli.project"),
    Command("keys", "Create, list and revoke a project's keys.", "ingest_api.cli.keys"),
    Command(
        "identity-secrets",
        "Create, list and delete what signs for visitors.",
        "ingest_api.cli.identity_secrets",
    ),
    Command("stages", "Set and list a project's pipeline.", "ingest_api.cli.stages"),
    Command("company", "Create and list companies by hand.", "ingest_api.cli.company"),
    Command("operations", "See what became of what was asked.", "ingest_api.cli.operations"),
    Command("contacts", "Show a contact and what happened to it.", "ingest_api.cli.contacts"),
    Command(
        "dead-letters",
        "List, show, replay and discard what failed by itself.",
        "ingest_api.cli.dead_letters",
    ),
    Command("openapi", "Print the OpenAPI document.", "ingest_api.cli.openapi"),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 refused or failed, 2 wrong usage."""
    tell_uncaught_errors_without_their_text()
    words = list(sys.argv[1:] if arguments is None else arguments)
    asked_for = words[0] if words else ""
    application(asked_for)(args=words, prog_name=PROGRAM)


def application(asked_for: str) -> typer.Typer:
    """The whole command line, of which only the command asked for is loaded.

    By its module's name: the database's libraries alone take half a second, and `--help` needs
    none of them.
    """
    app = typer.Typer(
        name=PROGRAM,
        help=HELP,
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # its traceback shows local variables
    )
    app.callback()(_nothing)
    for command in COMMANDS:
        if command.name == asked_for:
            app.add_typer(import_module(command.module).app)
        else:
            app.command(command.name, help=command.help)(_nothing)
    return app


def _nothing() -> None:
    return

"""How a command ends that could not do its work: one clear line, or one JSON document (§13)."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from config.settings import SettingsError
from ingest_api.cli.answer import Answer, readable
from ingest_api.cli.stored_data import NotMigrated, is_missing_table
from models.database import Transient
from models.operations.invalid_request import InvalidRequest
from models.provisioning.refusals import Refused


@contextmanager
def answering(as_json: bool) -> Iterator[Answer]:
    """Yield the command's output, and end it with exit code 1 for what can be expected."""
    try:
        yield Answer(as_json)
    except (Refused, InvalidRequest) as refusal:
        refuse(refusal.code, refusal.detail, as_json)
    except SettingsError as error:
        refuse("invalid_setting", str(error), as_json)
    except NotMigrated as error:
        refuse(error.code, error.detail, as_json)
    except Transient as error:
        refuse("database_unavailable", _unavailable(str(error)), as_json)
    except (OperationalError, ProgrammingError, InterfaceError) as error:
        if is_missing_table(error):
            refuse(NotMigrated.code, NotMigrated.detail, as_json)
        # The kind alone: the message may quote stored data.
        refuse("database_error", f"The database refused: {type(error.orig).__name__}.", as_json)


def refuse(code: str, detail: str, as_json: bool) -> NoReturn:
    """Tell on standard error why the command did nothing, and exit with 1."""
    if as_json:
        line = json.dumps({"error": {"code": code, "detail": detail}})
    else:
        line = f"hal-ingest: {readable(detail)}"
    print(line, file=sys.stderr)
    raise typer.Exit(1)


def _unavailable(reason: str) -> str:
    return (
        f"The database is away or busy ({reason}). Is it running, and is DATABASE_URL right? "
        "`hal-ingest doctor` looks closer."
    )

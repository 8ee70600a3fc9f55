"""How a command ends that could not do its work: one clear line, or one JSON document (§13)."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from config.known_reasons import known_reason
from config.settings import SettingsError
from ingest_api.cli.answer import Answer, readable
from models.database import NotMigrated, Transient
from models.operations.invalid_request import InvalidRequest
from models.provisioning.refusals import Refused
from workers.mailbox.connection import MailboxUnavailable


class NotAccepted(Exception):
    """The mailbox took nothing in; the text is for a person."""


@contextmanager
def answering(as_json: bool) -> Iterator[Answer]:
    """Yield the command's output, and end it with exit code 1 for what can be expected."""
    try:
        yield Answer(as_json)
    except Refused as refusal:
        refuse(refusal.code, refusal.detail, as_json)
    except InvalidRequest as invalid:
        refuse(invalid.code, _faults(invalid), as_json)
    except SettingsError as error:
        refuse("invalid_setting", str(error), as_json)
    except NotMigrated as error:
        refuse(error.code, error.detail, as_json)
    except Transient as error:
        refuse("database_unavailable", _unavailable(error), as_json)
    except MailboxUnavailable as error:
        refuse("redis_unavailable", _away(error), as_json)
    except NotAccepted as error:
        refuse("mailbox_full", str(error), as_json)
    except (IntegrityError, DataError):
        raise  # no answer of a database, but a bug
    except DBAPIError as error:
        refuse("database_error", _unavailable(error), as_json)


def refuse(code: str, detail: str, as_json: bool) -> NoReturn:
    """Tell on standard error why the command did nothing, and exit with 1."""
    if as_json:
        line = json.dumps({"error": {"code": code, "detail": detail}})
    else:
        line = f"hal-ingest: {readable(detail)}"
    print(line, file=sys.stderr)
    raise typer.Exit(1)


def _faults(invalid: InvalidRequest) -> str:
    faults = [f"{fault['pointer'].lstrip('/')}: {fault['detail']}" for fault in invalid.errors]
    return " ".join(faults) or invalid.detail


def _away(error: MailboxUnavailable) -> str:
    return (
        f"Redis cannot be used ({error}). Is it running, and is REDIS_URL right? "
        "`hal-ingest doctor` looks closer."
    )


def _unavailable(error: Exception) -> str:
    return (
        f"The database cannot be used ({known_reason(error)}). Is it running, and is "
        "DATABASE_URL right? `hal-ingest doctor` looks closer."
    )

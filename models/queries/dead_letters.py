"""Operations that were set aside, for those who look into them (contract §11)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from models.documents.dead_letter import dead_letter_document
from models.queries.page import Found, Page
from models.records import DeadLetter
from models.store.columns import table_of
from models.tables import DeadLetterTable

_LETTERS = table_of(DeadLetterTable).c
_SHOWN = select(
    _LETTERS.operation_id,
    _LETTERS.type,
    _LETTERS.envelope,
    _LETTERS.reason,
    _LETTERS.failed_at_ms,
)


def find_dead_letter(
    connection: Connection, project_id: str, dead_letter_id: str
) -> dict[str, Any] | None:
    """One dead letter's document, by the id of its operation."""
    found = connection.execute(
        _SHOWN.where(_LETTERS.project_id == project_id, _LETTERS.operation_id == dead_letter_id)
    )
    row: Any = found.one_or_none()
    return None if row is None else _document(row)


def list_dead_letters(connection: Connection, project_id: str, page: Page[str]) -> Found[str]:
    """The project's dead letters, the latest accepted first."""
    wanted = _SHOWN.where(_LETTERS.project_id == project_id)
    if page.after is not None:
        wanted = wanted.where(_LETTERS.operation_id < page.after)
    ordered = wanted.order_by(_LETTERS.operation_id.desc()).limit(page.read_limit)
    rows: Sequence[Any] = connection.execute(ordered).all()
    return page.of(rows, _document, _id_of)


def _document(row: Any) -> dict[str, Any]:
    return dead_letter_document(DeadLetter(*row))


def _id_of(row: Any) -> str:
    return str(row.operation_id)


def find_envelope(
    connection: Connection, project_id: str, dead_letter_id: str
) -> dict[str, Any] | None:
    """What the operation asked for as it was accepted, so that it can be asked for again."""
    wanted = select(_LETTERS.envelope)
    this_one = (_LETTERS.project_id == project_id) & (_LETTERS.operation_id == dead_letter_id)
    envelope: dict[str, Any] | None = connection.execute(wanted.where(this_one)).scalar()
    return envelope

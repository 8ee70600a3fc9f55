"""Lists of settled operations, newest first (contract §11)."""

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter
from typing import Any, get_args

from sqlalchemy import Connection

from models.outcomes import Status
from models.queries.identities import ids_of
from models.queries.operations import ReceiptRecord
from models.queries.page import Page
from models.queries.statement import Row, Statement

STATEMENTS_KEPT = 512
SETTLED: tuple[Status, ...] = get_args(Status)

_COLUMNS = (
    "id, type, status, CAST(outcome AS text), CAST(problem AS text), replay_of, accepted_at_ms,"
    " applied_at_ms, caller, visitor_id, CAST(changes AS text)"
)


@dataclass(frozen=True, slots=True)
class OperationFilters:
    """What operations to list; `least_id` is the smallest id to show, or a beginning of ids.

    Those of a contact are also those of the contacts that were merged into it.
    """

    visitor_id: str | None = None
    contact_id: str | None = None
    type: str | None = None
    status: str | None = None
    least_id: str | None = None


def list_settled(
    connection: Connection, project_id: str, filters: OperationFilters, page: Page[str]
) -> list[ReceiptRecord]:
    """The records that pass all filters, newest first, and one more if there is a next page."""
    if filters.contact_id is None:
        return _list(connection, project_id, filters, page)
    # Each id leads through the index on its own: one statement for all would have to sort them.
    found = [
        record
        for contact_id in ids_of(connection, project_id, filters.contact_id)
        for record in _list(connection, project_id, replace(filters, contact_id=contact_id), page)
    ]
    found.sort(key=itemgetter("operation_id"), reverse=True)
    return found[: page.read_limit]


def _list(
    connection: Connection, project_id: str, filters: OperationFilters, page: Page[str]
) -> list[ReceiptRecord]:
    """The same where the contact's operations are those under this one id."""
    statement = _statement(
        filters.visitor_id is not None,
        filters.contact_id is not None,
        filters.type is not None,
        filters.status,
        filters.least_id is not None,
        page.after is not None,
        page.read_limit,
    )
    values = {
        "project_id": project_id,
        "visitor_id": filters.visitor_id,
        "contact_id": filters.contact_id,
        "type": filters.type,
        "least_id": filters.least_id,
        "after": page.after,
    }
    return [_record(row) for row in statement.rows(connection, values)]


@lru_cache(STATEMENTS_KEPT)
def _statement(
    by_visitor: bool,
    by_contact: bool,
    by_type: bool,
    status: str | None,
    has_least: bool,
    goes_on: bool,
    read_limit: int,
) -> Statement:
    filters = []
    if by_visitor:
        filters.append("visitor_id = :visitor_id")
    if by_contact:
        filters.append("contact_id = :contact_id")
    if status is not None and status != "applied":
        # Both databases use a partial index only where its condition shows in the text.
        filters.append(f"status = '{SETTLED[SETTLED.index(status)]}' AND status <> 'applied'")
    if by_type:
        filters.append("type = :type")
    leading, others = filters[:1], filters[1:]
    if status == "applied":
        others.append("status = 'applied'")
    # IS TRUE keeps a condition away from the indexes: the first filter leads through its own.
    conditions = [*leading, *(f"({other}) IS TRUE" for other in others)]
    if has_least:
        conditions.append("id >= :least_id")
    if goes_on:
        conditions.append("id < :after")
    return Statement(
        f"SELECT {_COLUMNS} FROM operations WHERE"
        f" {' AND '.join(['project_id = :project_id', *conditions])}"
        f" ORDER BY id DESC LIMIT {read_limit}"
    )


def _record(row: Row) -> ReceiptRecord:
    return ReceiptRecord(
        operation_id=row[0],
        type=row[1],
        status=row[2],
        outcome=_read(row[3]),
        problem=_read(row[4]),
        replay_of=row[5],
        accepted_at_ms=row[6],
        applied_at_ms=row[7],
        caller=row[8],
        visitor_id=row[9],
        changes=_read(row[10]),
    )


def _read(text: str | None) -> Any:
    return None if text is None else json.loads(text)

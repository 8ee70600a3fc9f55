"""Operations as they are settled, for a person or a program that looks on."""

import sys
import threading
from collections.abc import Iterable

from ingest_api.cli.answer import Answer, readable
from ingest_api.cli.operation_rows import tail_line
from ingest_api.verdicts import receipt_document
from models.database import Database, NotMigrated, Transient
from models.queries.ledger import OperationFilters, list_settled
from models.queries.operations import ReceiptRecord
from models.queries.page import Page
from models.queries.settling import last_sequence, settled_after

LOOK_EVERY_S = 0.2
RECORDS_A_LOOK = 200


def follow(
    database: Database,
    project_id: str,
    filters: OperationFilters,
    limit: int,
    *,
    goes_on: bool,
    answer: Answer,
) -> None:
    """Prints the last `limit` that pass, then each one as it is settled, until Ctrl-C.

    In the project's own order. An outage of the database is told once, and waited for.
    """
    try:
        sequence, shown = _begin(database, project_id, filters, limit, answer)
        if goes_on:
            _go_on(database, project_id, filters, sequence, shown, answer)
    except KeyboardInterrupt:
        return


def _begin(
    database: Database, project_id: str, filters: OperationFilters, limit: int, answer: Answer
) -> tuple[int, set[str]]:
    """Prints the latest; returns the place to go on from, and what was shown already."""
    with database.reading() as connection:
        # Read first: what is settled in between is in both, and so in one at least.
        sequence = last_sequence(connection, project_id)
        latest = list_settled(connection, project_id, filters, Page(limit))[:limit]
    _print(reversed(latest), answer)
    return sequence, {record["operation_id"] for record in latest}


def _go_on(
    database: Database,
    project_id: str,
    filters: OperationFilters,
    sequence: int,
    shown: set[str],
    answer: Answer,
) -> None:
    pause = threading.Event()
    is_away = False
    while True:
        try:
            with database.reading() as connection:
                found = settled_after(connection, project_id, sequence, filters, RECORDS_A_LOOK)
        except NotMigrated:
            raise
        except Transient:
            if not is_away:
                print("hal-ingest: the database is away or busy; waiting for it", file=sys.stderr)
            is_away = True
        else:
            is_away, sequence = False, found.sequence
            new = [record for record in found.records if record["operation_id"] not in shown]
            _print(new, answer)
            if found.goes_on:
                continue
        pause.wait(LOOK_EVERY_S)


def _print(records: Iterable[ReceiptRecord], answer: Answer) -> None:
    for record in records:
        receipt = receipt_document(record, "secret")
        receipt |= {"caller": record["caller"], "visitor_id": record["visitor_id"]}
        if answer.as_json:
            answer.line(receipt)
        else:
            print(readable(tail_line(receipt)), flush=True)

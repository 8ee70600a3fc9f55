"""Receipts of operations, wherever an operation is: in the mailbox or in the ledger (§4, §11)."""

from collections.abc import Callable, Collection
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any

from ingest_api.caller import Caller
from ingest_api.edge import Edge
from ingest_api.verdicts import queued_receipt, receipt_document
from models.operations import ACCOUNT_TYPES
from models.operations.credentials import KeyKind
from models.queries.identities import ids_of
from models.queries.ledger import OperationFilters, list_settled
from models.queries.operations import ReceiptRecord, find_receipt
from models.queries.page import Found, Page
from workers.mailbox.browse import newest_first
from workers.mailbox.envelope import QueuedOperation
from workers.mailbox.operation_ids import parse_operation_id

QUEUED_LOOKED_AT = 2_000
"""Waiting entries that one page looks at; where filters let few pass, a page has fewer rows."""

Json = dict[str, Any]


async def find_operation(edge: Edge, caller: Caller, operation_id: str) -> Json | None:
    """The receipt of an operation of the caller's project, None if there is none.

    None also for one that this kind of caller is not shown. Ledger, mailbox, and ledger again: an
    operation may move from one to the other in between.
    """
    if parse_operation_id(operation_id) is None:
        return None
    project_id, shown_to = caller.project.id, caller.kind
    read = partial(find_receipt, project_id=project_id, operation_id=operation_id)
    record = await edge.reads.run(read)
    if record is None:
        queued = await edge.post.queued(project_id, operation_id)
        if queued is not None:
            envelope = queued.envelope
            is_shown = _is_shown(shown_to, envelope.type, envelope.caller)
            return _queued(queued, shown_to) if is_shown else None
        record = await edge.reads.run(read)
    if record is None or not _is_shown(shown_to, record["type"], record["caller"]):
        return None
    return _settled(record, shown_to)


def _is_shown(shown_to: KeyKind, operation_type: str, author: str) -> bool:
    """An api key sees what api keys asked for; what account routes do is nothing for a page."""
    if shown_to == "api":
        return author == "api"
    return shown_to == "secret" or operation_type not in ACCOUNT_TYPES


async def list_operations(
    edge: Edge, project_id: str, filters: OperationFilters, since_ms: int, page: Page[str]
) -> Found[str]:
    """The receipts that pass the filters, newest first, those of waiting operations among them.

    The mailbox is read before the ledger: what moves meanwhile is in one of them at least, and
    shown once, as settled. A page may be shorter than its limit and still have a next one.
    """
    waiting, least_id = await _waiting(edge, project_id, filters, since_ms, page)
    receipts = {each.operation_id: _queued(each, "secret") for each in waiting}
    if filters.status != "queued":
        wanted = filters if least_id is None else replace(filters, least_id=least_id)
        read = partial(list_settled, project_id=project_id, filters=wanted, page=page)
        for record in await edge.reads.run(read):
            receipts[record["operation_id"]] = _settled(record, "secret")
    ordered = [receipts[operation_id] for operation_id in sorted(receipts, reverse=True)]
    found = page.of(ordered, dict, _id_of)
    return found if found.last is not None else Found(found.items, least_id)


async def _waiting(
    edge: Edge, project_id: str, filters: OperationFilters, since_ms: int, page: Page[str]
) -> tuple[list[QueuedOperation], str | None]:
    """What waits and passes, and, where looking ended too early, the id down to which it did."""
    if filters.status not in (None, "queued"):
        return [], None
    passes = _filter(filters, await _contact_ids(edge, project_id, filters.contact_id))
    entries = newest_first(edge.redis, project_id, before=page.after, since_ms=since_ms)
    passed: list[QueuedOperation] = []
    looked_at = 0
    async with aclosing(entries):
        async for queued in entries:
            looked_at += 1
            if passes(queued):
                passed.append(queued)
            if looked_at == QUEUED_LOOKED_AT or len(passed) > page.limit:
                return passed, queued.operation_id
    return passed, None


async def _contact_ids(edge: Edge, project_id: str, contact_id: str | None) -> Collection[str]:
    if contact_id is None:
        return ()
    return await edge.reads.run(partial(ids_of, project_id=project_id, contact_id=contact_id))


def _filter(
    filters: OperationFilters, contact_ids: Collection[str]
) -> Callable[[QueuedOperation], bool]:
    """Which waiting operations pass: of a contact those that name it, by any of its ids.

    Whose contact one that names a visitor comes to, nobody knows yet.
    """

    def passes(queued: QueuedOperation) -> bool:
        envelope = queued.envelope
        return (
            filters.type in (None, envelope.type)
            and filters.visitor_id in (None, envelope.payload.get("visitor_id"))
            and (filters.contact_id is None or envelope.payload.get("contact_id") in contact_ids)
        )

    return passes


def _settled(record: ReceiptRecord, kind: KeyKind) -> Json:
    receipt = receipt_document(record, kind)
    if kind == "secret":
        receipt |= {"caller": record["caller"], "visitor_id": record["visitor_id"]}
    return receipt


def _queued(queued: QueuedOperation, kind: KeyKind) -> Json:
    envelope = queued.envelope
    receipt = queued_receipt(queued.operation_id, envelope.type, queued.accepted_at_ms, kind)
    if kind == "secret":
        visitor_id = envelope.payload.get("visitor_id")
        receipt |= {"caller": envelope.caller, "visitor_id": visitor_id}
    return receipt


def _id_of(receipt: Json) -> str:
    return str(receipt["operation_id"])

"""Receipts of operations, for the callers of widget routes (contract §4, Receipt)."""

from functools import partial
from typing import Any

from ingest_api.answers import Answer, json_answer
from ingest_api.caller import Caller
from ingest_api.edge import Edge
from ingest_api.errors import Problem
from ingest_api.incoming import Incoming
from ingest_api.verdicts import queued_receipt, receipt_document
from models.operations import InvalidRequest
from models.queries.operations import find_receipt
from workers.mailbox.layout import parse_operation_id


async def widget_receipt(edge: Edge, incoming: Incoming) -> Answer:
    """One operation of the caller's project, whether it still waits or is settled."""
    by_key = await edge.auth.widget_caller_by_key(incoming)
    caller = await edge.auth.widget_caller(incoming, by_key, _project_id(incoming))
    operation_id: str = incoming.path_parameters["operation_id"]
    receipt = await _find(edge, caller, operation_id)
    if receipt is None:
        raise Problem(404, "operation_not_found", "No such operation in this project.")
    return json_answer(200, receipt)


async def _find(edge: Edge, caller: Caller, operation_id: str) -> dict[str, Any] | None:
    """Ledger, mailbox, and ledger again: it may move from one to the other in between."""
    if parse_operation_id(operation_id) is None:
        return None
    project_id = caller.project.id
    read = partial(find_receipt, project_id=project_id, operation_id=operation_id)
    record = await edge.reads.run(read)
    if record is None:
        queued = await edge.post.queued(project_id, operation_id)
        if queued is not None:
            return queued_receipt(
                operation_id, queued.envelope.type, queued.accepted_at_ms, caller.kind
            )
        record = await edge.reads.run(read)
    return None if record is None else receipt_document(record, caller.kind)


def _project_id(incoming: Incoming) -> str | None:
    app_id, project_id = incoming.query("app_id"), incoming.query("project_id")
    if app_id is not None and project_id is not None and app_id != project_id:
        raise InvalidRequest("project_mismatch", "app_id and project_id name two projects.")
    return project_id if app_id is None else app_id

"""Receipts of operations: where did it go? (contract §4 Receipt, §11)"""

from ingest_api.answers import Answer
from ingest_api.caller import Caller
from ingest_api.edge import Edge
from ingest_api.errors import Problem
from ingest_api.exact_json import exact_answer
from ingest_api.incoming import Incoming
from ingest_api.paging import read_list_request
from ingest_api.query_fields import as_field, moment_ms, one_of
from ingest_api.receipts import find_operation, list_operations
from models.operations import InvalidRequest, readers
from models.operations.payload import OPERATION_TYPES
from models.queries.ledger import SETTLED, OperationFilters
from workers.mailbox.envelope import MALFORMED
from workers.mailbox.operation_ids import first_operation_id

FILTERS = {
    "visitor_id": as_field(readers.visitor_id),
    "contact_id": as_field(readers.record_id),
    "type": one_of((*OPERATION_TYPES, MALFORMED)),
    "status": one_of(("queued", *SETTLED)),
    "since": moment_ms,
}


async def widget_receipt(edge: Edge, incoming: Incoming) -> Answer:
    """One operation of the caller's project, whether it still waits or is settled."""
    by_key = await edge.auth.widget_caller_by_key(incoming)
    caller = await edge.auth.widget_caller(incoming, by_key, _project_id(incoming))
    return await _receipt(edge, incoming, caller)


async def receipt(edge: Edge, incoming: Incoming) -> Answer:
    """The same for account and v1 routes, whose caller is known."""
    incoming.query_fields(())
    return await _receipt(edge, incoming, incoming.caller)


async def listed(edge: Edge, incoming: Incoming) -> Answer:
    """The project's operations, newest first, waiting ones among them."""
    request = read_list_request(incoming, "operations", FILTERS)
    filters = dict(request.filters)
    since_ms = filters.pop("since", None)
    least_id = None if since_ms is None else first_operation_id(since_ms)
    found = await list_operations(
        edge,
        incoming.caller.project.id,
        OperationFilters(**filters, least_id=least_id),
        since_ms or 0,
        request.page_by_id(),
    )
    return request.answer(found)


async def _receipt(edge: Edge, incoming: Incoming, caller: Caller) -> Answer:
    operation_id: str = incoming.path_parameters["operation_id"]
    receipt = await find_operation(edge, caller, operation_id)
    if receipt is None:
        raise Problem(404, "operation_not_found", "No such operation in this project.")
    return exact_answer(200, receipt)


def _project_id(incoming: Incoming) -> str | None:
    app_id, project_id = incoming.query("app_id"), incoming.query("project_id")
    if app_id is not None and project_id is not None and app_id != project_id:
        raise InvalidRequest("project_mismatch", "app_id and project_id name two projects.")
    return project_id if app_id is None else app_id

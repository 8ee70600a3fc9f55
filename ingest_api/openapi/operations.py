"""Receipts and dead letters in words (contract §4, §11)."""

from ingest_api.openapi.account import listing, reading, removing
from ingest_api.openapi.answers import Receipt
from ingest_api.openapi.description import Description, Example, Parameter, Reply, RouteKey
from ingest_api.openapi.example_ids import DEAD_LETTER_ID, OPERATION_ID, OTHER_DEAD_LETTER_ID
from ingest_api.openapi.example_records import RECEIPT
from ingest_api.openapi.parameters import OPERATION, WRITE_PARAMETERS, path_id, query_text
from ingest_api.openapi.records import DeadLetter, DeadLetterPage, ReceiptPage
from ingest_api.openapi.replies import outcome, queued
from models.operations import OPERATION_TYPES
from models.queries.ledger import SETTLED
from workers.mailbox.envelope import MALFORMED

TAG = "Operations"
_PATH = "/api/operations"
_LETTERS = "/api/dead-letters"
_LETTER = f"{_LETTERS}/{{dead_letter_id}}"
_LETTER_PARAMETER = path_id("dead_letter_id", "The dead letter; its id is the operation's.")
_THIS_LETTER = {"dead_letter_id": DEAD_LETTER_ID}
_STATUSES = ("queued", *SETTLED)
_FILTERS = (
    query_text("visitor_id", "Of this visitor."),
    query_text("contact_id", "That concerned this contact, under any id that it ever had."),
    Parameter(
        "type", "query", "Of this type.", {"type": "string", "enum": [*OPERATION_TYPES, MALFORMED]}
    ),
    Parameter(
        "status", "query", "That ended like this.", {"type": "string", "enum": list(_STATUSES)}
    ),
    query_text("since", "Accepted at this time or later: ISO 8601, or epoch seconds."),
)
REPLAYED_CODES = (
    "metadata_too_large",
    "visitor_not_linked",
    "company_not_linked",
    "company_ambiguous",
    "stage_not_found",
    "visitor_not_found",
    "email_taken",
    "user_id_taken",
    "external_id_taken",
    "stage_name_taken",
    "stage_in_use",
    "too_many_identity_secrets",
)
"""What the worker may refuse an operation of any type with."""

LETTER_EXAMPLE = {
    "id": DEAD_LETTER_ID,
    "operation_id": DEAD_LETTER_ID,
    "type": "track",
    "caller": "publishable",
    "reason": "ValueError",
    "failed_at": "2026-11-21T14:03:27.191Z",
    "payload": {"visitor_id": "user_456", "name": "plan-upgraded", "value": "pro"},
}

OPERATIONS: dict[RouteKey, Description] = {
    ("GET", _PATH): listing(
        "list_operations",
        TAG,
        "List receipts",
        "What was asked and what became of it, newest first; all given filters hold.",
        ReceiptPage,
        [RECEIPT],
        parameters=_FILTERS,
        query={"visitor_id": "user_456", "type": "identify", "since": "2026-01-01T00:00:00Z"},
    ),
    ("GET", f"{_PATH}/{{operation_id}}"): reading(
        "get_operation",
        TAG,
        "Read a receipt",
        "With what the operation changed, field by field.",
        Reply(200, "The receipt.", Receipt, example=RECEIPT),
        parameters=(OPERATION,),
        path={"operation_id": OPERATION_ID},
        codes=("operation_not_found",),
    ),
    ("GET", _LETTERS): listing(
        "list_dead_letters",
        TAG,
        "List dead letters",
        "Operations that fail by themselves and were set aside.",
        DeadLetterPage,
        [LETTER_EXAMPLE],
    ),
    ("GET", _LETTER): reading(
        "get_dead_letter",
        TAG,
        "Read a dead letter",
        "Why the operation failed, and what it asked for.",
        Reply(200, "The dead letter.", DeadLetter, example=LETTER_EXAMPLE),
        parameters=(_LETTER_PARAMETER,),
        path=_THIS_LETTER,
        codes=("not_found",),
    ),
    ("POST", f"{_LETTER}/replay"): Description(
        operation_id="replay_dead_letter",
        summary="Ask for a dead letter again",
        text="Once, as a new operation at the present place in the order.",
        family="account",
        tag=TAG,
        parameters=(_LETTER_PARAMETER, *WRITE_PARAMETERS),
        replies=(outcome("track"), queued("track")),
        codes=("not_found", "dead_letter_replayed", "dead_letter_malformed", *REPLAYED_CODES),
        examples=(Example("replay_dead_letter", "Ask again", path=_THIS_LETTER),),
        is_write=True,
    ),
    ("DELETE", _LETTER): removing(
        "discard_dead_letter",
        TAG,
        "Forget a dead letter",
        "Its receipt stays.",
        {"dead_letter_id": OTHER_DEAD_LETTER_ID},
        parameters=(_LETTER_PARAMETER,),
    ),
}

"""The answers that many routes give (contract §4)."""

from typing import Any

from ingest_api.openapi.answers import Outcome, Queued
from ingest_api.openapi.description import Reply
from ingest_api.openapi.example_ids import COMPANY_ID, CONTACT_ID, OPERATION_ID
from ingest_api.openapi.headers import RATE_LIMIT_HEADERS

SETTLED_HEADERS = (
    "X-Operation-Id",
    "Idempotent-Replayed",
    "Preference-Applied",
    *RATE_LIMIT_HEADERS,
)
QUEUED_HEADERS = ("X-Operation-Id", "Location", "Preference-Applied", *RATE_LIMIT_HEADERS)


def queued(operation_type: str) -> Reply:
    """The 202 of a write."""
    return Reply(
        202,
        "Accepted: in the mailbox, durable, not applied yet. The receipt is at `Location`.",
        Queued,
        QUEUED_HEADERS,
        {"operation_id": OPERATION_ID, "type": operation_type, "status": "queued"},
    )


def outcome(operation_type: str, **members: Any) -> Reply:
    """The 200 of a widget write."""
    example: dict[str, Any] = {
        "operation_id": OPERATION_ID,
        "type": operation_type,
        "status": "applied",
        "contact_id": CONTACT_ID,
        "company_id": COMPANY_ID,
        "event_id": None,
        "stage": None,
        "warnings": [],
    }
    text = "Committed. Callers without a secret token get no ids of stored records."
    return Reply(200, text, Outcome, SETTLED_HEADERS, example | members)


def written(status: int, text: str, schema: type, example: Any) -> Reply:
    """The 200 or 201 of an account write: the record as it was written."""
    return Reply(status, text, schema, SETTLED_HEADERS, example)


def removed(text: str) -> Reply:
    """The 204 of an account write."""
    return Reply(204, text, headers=SETTLED_HEADERS)

"""Batches in words (contract §10)."""

from typing import Any

from ingest_api.batches.limits import ACCOUNT_BATCH, WIDGET_BATCH, BatchLimits
from ingest_api.openapi.batch_bodies import BATCHED, AccountBatch, BatchAnswer, WidgetBatch
from ingest_api.openapi.description import (
    Body,
    Description,
    Example,
    Parameter,
    Reply,
    RouteKey,
)
from ingest_api.openapi.envelopes import WidgetEnvelope
from ingest_api.openapi.example_ids import OPERATION_ID, PROJECT_ID
from ingest_api.openapi.headers import RATE_LIMIT_HEADERS
from ingest_api.openapi.parameters import IDEMPOTENCY_KEY, PREFER

TAG = "Batches"
_MIB = 1024 * 1024

_OPERATIONS: list[dict[str, Any]] = [
    {
        "type": "identify",
        "visitor_id": "user_789",
        "email": "carol@initech.com",
        "message_id": "import-1",
    },
    {"type": "track", "visitor_id": "user_789", "name": "imported", "message_id": "import-2"},
    {"type": "set_stage", "visitor_id": "nobody-known", "stage_name": "Qualified"},
]
_LINES = (
    '{"type":"set_properties","visitor_id":"user_789","properties":{"source":"import"}}\n'
    '{"type":"track","visitor_id":"user_789","name":"backfilled","timestamp":"2026-01-05T10:00:00Z"}\n'
)
_ANSWER: dict[str, Any] = {
    "results": [
        {
            "index": 0,
            "operation_id": OPERATION_ID,
            "outcome": {"operation_id": OPERATION_ID, "type": "identify", "status": "queued"},
        },
        {
            "index": 1,
            "operation_id": None,
            "problem": {
                "type": "urn:hal-ingest:problem:invalid_event_name",
                "title": "Invalid event name",
                "status": 400,
                "detail": "An event name is not blank.",
                "code": "invalid_event_name",
            },
        },
    ]
}
_CODES = ("invalid_json", "mailbox_full", "rate_limited")
_TEXT = (
    "Each operation is judged on its own, as its own route would judge it; the answer lists them "
    "in order. An `Idempotency-Key` gives operations without a `message_id` the key "
    "`{header}/{index}`."
)


def _limit(limits: BatchLimits) -> str:
    return f"{limits.body_bytes // _MIB} MB and {limits.operations:,} operations"


def _replies() -> tuple[Reply, ...]:
    applied = ("Preference-Applied", *RATE_LIMIT_HEADERS)
    final = {"results": [_ANSWER["results"][1] | {"index": 0}]}
    return (
        Reply(200, "All are final.", BatchAnswer, applied, final),
        Reply(
            202,
            "Some still wait; each has a receipt. That of the last one is at `Location`.",
            BatchAnswer,
            ("Location", *applied),
            _ANSWER,
        ),
    )


BATCHES: dict[RouteKey, Description] = {
    ("POST", "/api/widget/batch"): Description(
        operation_id="widget_batch",
        summary="Send many operations",
        text=_TEXT,
        family="widget",
        tag=TAG,
        parameters=(IDEMPOTENCY_KEY, PREFER),
        body=Body(
            {"application/json": WidgetBatch, "text/plain": WidgetBatch},
            _limit(WIDGET_BATCH),
            envelopes=dict.fromkeys(BATCHED, WidgetEnvelope),
        ),
        replies=_replies(),
        codes=("project_mismatch", *_CODES),
        examples=(
            Example(
                "widget_batch",
                "Two operations, and one that is refused",
                {"app_id": PROJECT_ID, "operations": _OPERATIONS},
            ),
        ),
    ),
    ("POST", "/api/batch"): Description(
        operation_id="batch",
        summary="Send many operations",
        text=f"{_TEXT} As NDJSON it has one operation a line.",
        family="account",
        tag=TAG,
        parameters=(
            IDEMPOTENCY_KEY,
            PREFER,
            Parameter(
                "lane", "query", "As in the body.", {"type": "string", "enum": ["live", "bulk"]}
            ),
        ),
        body=Body(
            {"application/json": AccountBatch, "application/x-ndjson": str},
            _limit(ACCOUNT_BATCH),
            envelopes={},
        ),
        replies=_replies(),
        codes=_CODES,
        examples=(
            Example("batch", "As JSON", {"operations": _OPERATIONS}),
            Example("batch_lines", "As lines", _LINES, media_type="application/x-ndjson"),
            Example(
                "batch_bulk",
                "A backfill, which is not waited for",
                {"operations": [_OPERATIONS[1] | {"message_id": "import-3"}], "lane": "bulk"},
                status=202,
            ),
        ),
    ),
}

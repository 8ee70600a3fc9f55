"""From a request to the operations of its batch, each asked for or refused (contract §10)."""

import asyncio

from ingest_api.batches.body_stream import stream_body
from ingest_api.batches.envelope import (
    ACCOUNT_FIELDS,
    parse_batch,
    read_lane,
    too_many_operations,
)
from ingest_api.batches.judge import Item, Judge
from ingest_api.batches.limits import ACCOUNT_BATCH, WIDGET_BATCH
from ingest_api.batches.lines import Lines
from ingest_api.body_reading import JSON, body_too_late, check_type, read_body
from ingest_api.caller import Caller
from ingest_api.edge import Edge
from ingest_api.envelope_fields import read_project_id
from ingest_api.errors import invalid_request
from ingest_api.idempotency import KEY_LIMIT_CHARS, read_idempotency_key
from ingest_api.incoming import Incoming
from workers.mailbox.layout import Lane

NDJSON_TYPES = (b"application/x-ndjson", b"application/ndjson", b"application/jsonl")

PLACE_CHARS = 10
"""What the end of a batch's key is kept free for: a stroke and an operation's place."""


async def read_widget_batch(edge: Edge, incoming: Incoming) -> tuple[Caller, list[Item]]:
    """The batch of a widget request. Raises what refuses it as a whole.

    Credentials are judged first, then the origin, the body, each operation.
    """
    by_key = await edge.auth.widget_caller_by_key(incoming)
    raw = await read_body(incoming, WIDGET_BATCH.body_bytes, plain_text=True)
    batch = parse_batch(raw, WIDGET_BATCH.operations)
    caller = await edge.auth.widget_caller(incoming, by_key, read_project_id(batch.fields))
    judge = Judge(edge, caller, _batch_key(incoming))
    for operation in batch.operations:
        await judge.judge(operation, is_risky=batch.is_risky)
    return caller, judge.items


async def read_account_batch(edge: Edge, incoming: Incoming) -> tuple[list[Item], Lane]:
    """The batch of an account request, JSON or NDJSON. Raises what refuses it as a whole."""
    lane_in_query = incoming.query("lane")
    judge = Judge(edge, incoming.caller, _batch_key(incoming))
    if check_type(incoming, (JSON, *NDJSON_TYPES)) != JSON:
        lane = read_lane(None, lane_in_query)
        await _judge_lines(edge, incoming, judge)
        return judge.items, lane
    raw = await read_body(incoming, ACCOUNT_BATCH.body_bytes, plain_text=False)
    batch = parse_batch(raw, ACCOUNT_BATCH.operations, ACCOUNT_FIELDS)
    lane = read_lane(batch.fields.get("lane"), lane_in_query)
    for operation in batch.operations:
        await judge.judge(operation, is_risky=batch.is_risky)
    return judge.items, lane


async def _judge_lines(edge: Edge, incoming: Incoming, judge: Judge) -> None:
    """Judges each line as it arrives; what is kept of it is its operation."""
    lines = Lines(edge.settings.body_limit_bytes)
    try:
        async with asyncio.timeout(incoming.body_timeout_s):
            async for piece in stream_body(incoming, ACCOUNT_BATCH.body_bytes):
                for line in lines.feed(piece):
                    await _judge_line(judge, line)
    except TimeoutError:
        raise body_too_late() from None
    for line in lines.end():
        await _judge_line(judge, line)


async def _judge_line(judge: Judge, line: bytes | None) -> None:
    if len(judge.items) >= ACCOUNT_BATCH.operations:
        raise too_many_operations(ACCOUNT_BATCH.operations)
    await judge.judge_line(line)


def _batch_key(incoming: Incoming) -> str | None:
    key = read_idempotency_key(incoming, None)
    limit_chars = KEY_LIMIT_CHARS - PLACE_CHARS
    if key is not None and len(key) > limit_chars:
        raise invalid_request(f"An Idempotency-Key of a batch has 1 to {limit_chars} characters.")
    return key

"""What waits in a mailbox, newest first, for lists of operations (contract §11)."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from typing import Any

from redis.asyncio import Redis

from workers.mailbox import layout
from workers.mailbox.connection import translated
from workers.mailbox.envelope import QueuedOperation, read_entry
from workers.mailbox.layout import Lane
from workers.mailbox.operation_ids import parse_operation_id

STEP_ENTRIES = 200


async def newest_first(
    redis: Redis, project_id: str, *, before: str | None, since_ms: int
) -> AsyncGenerator[QueuedOperation, None]:
    """The operations of both lanes whose ids sort before `before`, accepted at `since_ms` or later.

    Read in steps, as far as they are asked for. Raises MailboxUnavailable.
    """
    async with AsyncExitStack() as stack:
        lanes = [_of_lane(redis, project_id, lane, before, since_ms) for lane in layout.LANES]
        for lane in lanes:
            await stack.enter_async_context(aclosing(lane))
        newest = {lane: await anext(lane, None) for lane in lanes}
        while found := {lane: queued for lane, queued in newest.items() if queued is not None}:
            lane = max(found, key=lambda each: found[each].operation_id)
            yield found[lane]
            newest[lane] = await anext(lane, None)


async def _of_lane(
    redis: Redis, project_id: str, lane: Lane, before: str | None, since_ms: int
) -> AsyncGenerator[QueuedOperation, None]:
    key, oldest = layout.stream_key(project_id, lane), str(max(0, since_ms))
    parsed = None if before is None else parse_operation_id(before)
    # That entry too: the other lane may have one of the same time and number.
    behind = "+" if parsed is None else parsed[0]
    while True:
        with translated():
            step: Any = await redis.xrevrange(key, behind, oldest, count=STEP_ENTRIES)
        for entry_id, fields in step:
            queued = read_entry(entry_id.decode(), fields, lane)
            if before is None or queued.operation_id < before:
                yield queued
        if len(step) < STEP_ENTRIES:
            return
        behind = f"({step[-1][0].decode()}"

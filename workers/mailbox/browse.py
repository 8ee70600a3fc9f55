"""What waits in a mailbox, newest first, for lists of operations (contract §11)."""

from collections.abc import AsyncGenerator
from typing import Any

from redis.asyncio import Redis

from workers.mailbox import layout
from workers.mailbox.connection import translated
from workers.mailbox.layout import QueuedOperation

STEP_ENTRIES = 200


async def newest_first(
    redis: Redis, project_id: str, *, before_entry_id: str | None, since_ms: int
) -> AsyncGenerator[QueuedOperation, None]:
    """The entries older than `before_entry_id` that were accepted at `since_ms` or later.

    Read in steps, as far as they are asked for. Raises MailboxUnavailable.
    """
    key, oldest = layout.mailbox_key(project_id), str(max(0, since_ms))
    behind = "+" if before_entry_id is None else f"({before_entry_id}"
    while True:
        with translated():
            step: Any = await redis.xrevrange(key, behind, oldest, count=STEP_ENTRIES)
        for entry_id, fields in step:
            yield layout.read_entry(entry_id.decode(), fields)
        if len(step) < STEP_ENTRIES:
            return
        behind = f"({step[-1][0].decode()}"

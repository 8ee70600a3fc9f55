"""A connection lost while somebody writes to it is an outage, whatever the event loop calls it."""

import asyncio

import pytest
import uvloop

from workers.mailbox.connection import MailboxUnavailable, translated


async def _close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _write_to_a_lost_connection() -> None:
    server = await asyncio.start_server(_close, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.transport.abort()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    with translated():
        writer.writelines([b"PING"])


def test_writing_to_a_lost_connection_means_that_redis_cannot_be_asked() -> None:
    with (
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        pytest.raises(MailboxUnavailable, match="ConnectionLost"),
    ):
        runner.run(_write_to_a_lost_connection())


def test_any_other_runtime_error_is_a_bug() -> None:
    with pytest.raises(RuntimeError, match="a bug"), translated():
        raise RuntimeError("a bug")

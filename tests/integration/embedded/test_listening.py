"""Who comes while the edge is busy is let in at once, and not one in each round of its loop."""

import asyncio
import socket
from contextlib import ExitStack

import uvloop

from ingest_api.listening import ACCEPTED_A_ROUND, listeners

CROWD = 3 * ACCEPTED_A_ROUND


def test_a_crowd_is_let_in_within_a_few_rounds_of_the_loop() -> None:
    assert uvloop.run(_rounds_until_all_are_in()) <= 3 + 2


async def _rounds_until_all_are_in() -> int:
    loop = asyncio.get_running_loop()
    come: list[object] = []

    class Caller(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            come.append(transport)

    with ExitStack() as stack:
        bound = stack.enter_context(socket.socket())
        bound.bind(("127.0.0.1", 0))
        for each in listeners(bound):
            server = await loop.create_server(Caller, sock=each, backlog=CROWD)
            stack.callback(server.close)
        for _ in range(CROWD):
            stack.enter_context(socket.create_connection(bound.getsockname()))
        rounds = 0
        while len(come) < CROWD:
            await asyncio.sleep(0)
            rounds += 1
    return rounds

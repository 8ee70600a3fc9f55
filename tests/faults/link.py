"""A way between two processes that can break: a TCP proxy that loses answers on demand.

It forwards a request and throws its answer away, so that the caller cannot know whether it was
carried out: the fault that idempotency is for.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

CHUNK_BYTES = 64 * 1024
LOCALHOST = "127.0.0.1"
T = TypeVar("T")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class SocketFile:
    """A server that listens on a unix socket."""

    path: Path

    async def connect(self) -> Streams:
        return await asyncio.open_unix_connection(self.path)


@dataclass(frozen=True, slots=True)
class LocalPort:
    """A server that listens on a port of this machine."""

    port: int

    async def connect(self) -> Streams:
        return await asyncio.open_connection(LOCALHOST, self.port)


class Link:
    """One way to a server; `port` is where its callers connect. Made by `Links`."""

    def __init__(self, name: str, server: SocketFile | LocalPort, loop: Any) -> None:
        self.name = name
        self.server = server
        """May be changed: who connects from then on reaches another one."""
        self.port = 0
        self._loop: asyncio.AbstractEventLoop = loop
        self._open: set[asyncio.StreamWriter] = set()
        self._silent: set[asyncio.Event] = set()
        self._answers_to_lose = 0
        self._of: bytes = b""

    def lose_answers(self, count: int, of: bytes = b"") -> None:
        """Loses the answers to the next requests that hold `of`, and their connections."""

        def arm() -> None:
            self._answers_to_lose, self._of = count, of

        self._loop.call_soon_threadsafe(arm)

    def fall_silent(self) -> None:
        """Loses all that is said from now on over the connections that are there; they stay open.

        New ones are as they should be.
        """

        def hush() -> None:
            for silent in self._silent:
                silent.set()

        self._loop.call_soon_threadsafe(hush)

    def cut(self) -> None:
        """Ends every connection now, whatever is under way."""

        def abort() -> None:
            for writer in list(self._open):
                writer.transport.abort()

        self._loop.call_soon_threadsafe(abort)

    async def listen(self) -> asyncio.Server:
        listening = await asyncio.start_server(self._serve, LOCALHOST, 0)
        self.port = listening.sockets[0].getsockname()[1]
        return listening

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await self.server.connect()
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, to_server}
        self._open |= ends
        doomed, silent = asyncio.Event(), asyncio.Event()
        self._silent.add(silent)
        try:
            await _first_to_end(
                self._forward(reader, to_server, doomed, silent),
                _return(from_server, writer, doomed, silent),
            )
        finally:
            self._open -= ends
            self._silent.discard(silent)
            # What was forwarded still arrives there; the caller is told nothing.
            to_server.close()
            if doomed.is_set():
                writer.transport.abort()
            else:
                writer.close()

    async def _forward(
        self,
        reader: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        doomed: asyncio.Event,
        silent: asyncio.Event,
    ) -> None:
        while request := await reader.read(CHUNK_BYTES):
            if silent.is_set():
                continue
            if self._answers_to_lose and self._of in request and not doomed.is_set():
                self._answers_to_lose -= 1
                doomed.set()
            server.write(request)
            await server.drain()


async def _return(
    reader: asyncio.StreamReader,
    caller: asyncio.StreamWriter,
    doomed: asyncio.Event,
    silent: asyncio.Event,
) -> None:
    while answer := await reader.read(CHUNK_BYTES):
        if silent.is_set():
            continue
        if doomed.is_set():
            return
        caller.write(answer)
        await caller.drain()


async def _first_to_end(*ways: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Links:
    """All links of a round, on an event loop in a thread of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="links", daemon=True)
        self._listening: list[asyncio.Server] = []

    def to(self, name: str, server: SocketFile | LocalPort) -> Link:
        """Opens a link to a server, which need not be there yet."""
        link = Link(name, server, self._loop)
        self._listening.append(self._run(link.listen))
        return link

    def _run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        done: Future[T] = asyncio.run_coroutine_threadsafe(work(), self._loop)
        return done.result(timeout=10)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._end)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _end(self) -> None:
        for listening in self._listening:
            listening.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

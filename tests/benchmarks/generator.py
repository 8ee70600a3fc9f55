"""The load generator: a process that posts over keep-alive connections and times the answers.

`python -m tests.benchmarks.generator '{...}'` with the fields of `Load`; prints those of
`Measured`. Requests are prebuilt bytes and answers are only counted, so that it takes a small part
of the processor of what it measures; it tells how much. Nothing is pipelined.
"""

import asyncio
import gc
import itertools
import json
import statistics
import sys
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import cast

import uvloop

from tests.benchmarks.load import Load, Measured

_HOST = "127.0.0.1"
_TICK_S = 0.001
"""How often a paced load looks which requests are due."""


@dataclass(slots=True)
class _Tally:
    began_s: float
    latencies_s: list[float] = field(default_factory=list)
    statuses: Counter[bytes] = field(default_factory=Counter)
    seconds: Counter[int] = field(default_factory=Counter)


class _Caller(asyncio.Protocol):
    """One connection, with one request under way at a time."""

    def __init__(self, run: "_Run") -> None:
        self._run = run
        self._transport: asyncio.WriteTransport | None = None
        self._rest = b""
        self._asked_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is one in all but name.
        self._transport = cast(asyncio.WriteTransport, transport)
        self._run.is_free(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._run.end(error or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not _is_whole(data):
            self._rest = data
            return
        self._rest = b""
        self._run.count(data[9:12], self._asked_s)
        self._run.is_free(self)

    def ask(self, request: bytes, asked_s: float) -> None:
        """Send a request, whose latency counts from a time on."""
        if self._transport is not None:
            self._asked_s = asked_s
            self._transport.write(request)


def _is_whole(data: bytes) -> bool:
    head_bytes = data.find(b"\r\n\r\n") + 4
    if head_bytes < 4:
        return False
    at = data.find(b"content-length: ") + 16
    return len(data) >= head_bytes + int(data[at : data.index(b"\r", at)])


class _Run:
    """A load under way; each connection asks anew as soon as it is free, or after a gap."""

    def __init__(self, load: Load) -> None:
        numbers = range(load.first, load.first + min(load.bodies, load.limit))
        self._requests = itertools.islice(
            itertools.cycle([load.request(n) for n in numbers]),
            load.limit,
        )
        self._left = load.limit
        self._tally = _Tally(0.0)
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self.load = load

    def is_free(self, caller: _Caller) -> None:
        """Have a connection ask for what is next."""
        if self.load.gap_s:
            self._loop.call_later(self.load.gap_s, self._ask, caller)
        else:
            self._ask(caller)

    def _ask(self, caller: _Caller) -> None:
        self.send(caller, time.monotonic())

    def send(self, caller: _Caller, asked_s: float) -> None:
        """Send the next request unless the run is over."""
        request = None if self._ended.done() else next(self._requests, None)
        if request is not None:
            caller.ask(request, asked_s)

    def count(self, status: bytes, asked_s: float) -> None:
        """Take an answer into account."""
        now_s = time.monotonic()
        tally = self._tally
        tally.latencies_s.append(now_s - asked_s)
        tally.statuses[status] += 1
        tally.seconds[int(now_s - tally.began_s)] += 1
        self._left -= 1
        if not self._left:
            self.end(None)

    def end(self, error: Exception | None) -> None:
        """End the run, with an error if there is one."""
        if self._ended.done():
            return
        if error is None:
            self._ended.set_result(None)
        else:
            self._ended.set_exception(error)

    def begin(self) -> None:
        """Called once all connections stand."""

    async def measure(self) -> Measured:
        """Run to the end, and tell what was measured behind the warm-up."""
        for _ in range(self.load.connections):
            await self._loop.create_connection(lambda: _Caller(self), _HOST, self.load.port)
        self.begin()
        await asyncio.sleep(self.load.warm_up_s)
        began_s, began_cpu_s = time.monotonic(), time.process_time()
        self._tally = _Tally(began_s)
        self._loop.call_later(self.load.duration_s, self.end, None)
        await self._ended
        spent_s = time.monotonic() - began_s
        return _measured(self._tally, spent_s, time.process_time() - began_cpu_s)


class _PacedRun(_Run):
    """A load that goes by the clock: who finds no free connection waits, and the wait counts."""

    def __init__(self, load: Load) -> None:
        super().__init__(load)
        # In turns: the server closes what was idle for long.
        self._free: deque[_Caller] = deque()
        self._overdue: deque[float] = deque()
        self._next_s = 0.0

    def is_free(self, caller: _Caller) -> None:
        if self._overdue:
            self.send(caller, self._overdue.popleft())
        else:
            self._free.append(caller)

    def begin(self) -> None:
        self._next_s = time.monotonic()
        self._tick()

    def _tick(self) -> None:
        now_s = time.monotonic()
        while self._next_s <= now_s:
            if self._free:
                self.send(self._free.popleft(), self._next_s)
            else:
                self._overdue.append(self._next_s)
            self._next_s += 1 / self.load.rate_per_s
        self._loop.call_later(_TICK_S, self._tick)


def _measured(tally: _Tally, spent_s: float, cpu_s: float) -> Measured:
    latencies_ms = [1000 * latency_s for latency_s in tally.latencies_s]
    cuts = statistics.quantiles(latencies_ms, n=100)
    return Measured(
        answers=len(latencies_ms),
        rate=len(latencies_ms) / spent_s,
        cpu_share=cpu_s / spent_s,
        statuses={status.decode(): count for status, count in tally.statuses.items()},
        median_ms=statistics.median(latencies_ms),
        p95_ms=cuts[94],
        p99_ms=cuts[98],
        began_s=tally.began_s,
        seconds=[tally.seconds[second] for second in range(int(spent_s))],
    )


async def _run(load: Load) -> Measured:
    run = _PacedRun(load) if load.rate_per_s else _Run(load)
    gc.collect()
    gc.freeze()
    return await run.measure()


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(_run(Load(**json.loads(sys.argv[1])))))))

"""The load generator: a process that posts over keep-alive connections and times the answers.

`python -m tests.benchmarks.load '{...}'` with the fields of `Load`; prints those of `Measured`.
Requests are prebuilt bytes and answers are only counted, so that it takes a small part of the
processor of what it measures; it tells how much.
"""

import asyncio
import gc
import itertools
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

import uvloop

from tests.benchmarks.account_paths import READS
from tests.benchmarks.bodies import BODIES, batch_request, get_request, http_request

_ROOT = Path(__file__).resolve().parents[2]
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Load:
    """What to send: bodies from the `first` on, for `warm_up_s` uncounted and `duration_s` counted
    seconds, at most `limit` requests, on each connection `gap_s` after the last answer.

    Each request is one body, or a `batch` of so many, as NDJSON where `lines`. A kind of read has
    paths of its own and no bodies.
    """

    port: int
    path: str
    project_id: str
    kind: str
    headers: tuple[str, ...] = ()
    first: int = 0
    bodies: int = 20_000
    connections: int = 1
    warm_up_s: float = 0.0
    duration_s: float = 60.0
    limit: int = 1_000_000_000
    gap_s: float = 0.0
    batch: int = 0
    lines: bool = False

    def request(self, n: int) -> bytes:
        """The n-th request."""
        if self.kind in READS:
            return get_request(READS[self.kind](self.project_id, n), *self.headers)
        make = BODIES[self.kind]
        if not self.batch:
            return http_request(self.path, self.project_id, make(n), *self.headers)
        bodies = [make(each) for each in range(n * self.batch, (n + 1) * self.batch)]
        return batch_request(self.path, self.kind, bodies, *self.headers, lines=self.lines)


@dataclass(frozen=True, slots=True)
class Measured:
    """Answers a second, the generator's share of one processor (0 to 1), latencies in ms."""

    answers: int
    rate: float
    cpu_share: float
    statuses: dict[str, int]
    median_ms: float
    p95_ms: float
    p99_ms: float


def run_load(load: Load) -> Measured:
    """Run a load in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.load", json.dumps(asdict(load))]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=_ROOT).stdout
    return Measured(**json.loads(told))


@dataclass(slots=True)
class _Tally:
    latencies_s: list[float] = field(default_factory=list)
    statuses: Counter[bytes] = field(default_factory=Counter)


class _Caller(asyncio.Protocol):
    """One connection, with one request under way at a time."""

    def __init__(self, run: "_Run") -> None:
        self._run = run
        self._transport: asyncio.WriteTransport | None = None
        self._rest = b""
        self._sent_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is one in all but name.
        self._transport = cast(asyncio.WriteTransport, transport)
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self._run.end(error or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not _is_whole(data):
            self._rest = data
            return
        self._rest = b""
        self._run.count(data[9:12], time.perf_counter() - self._sent_s)
        if self._run.gap_s:
            asyncio.get_running_loop().call_later(self._run.gap_s, self._send)
        else:
            self._send()

    def _send(self) -> None:
        request = self._run.next_request()
        if request is not None and self._transport is not None:
            self._sent_s = time.perf_counter()
            self._transport.write(request)


def _is_whole(data: bytes) -> bool:
    head_bytes = data.find(b"\r\n\r\n") + 4
    if head_bytes < 4:
        return False
    at = data.find(b"content-length: ") + 16
    return len(data) >= head_bytes + int(data[at : data.index(b"\r", at)])


class _Run:
    def __init__(self, load: Load) -> None:
        numbers = range(load.first, load.first + min(load.bodies, load.limit))
        self._requests = itertools.islice(
            itertools.cycle([load.request(n) for n in numbers]),
            load.limit,
        )
        self._left = load.limit
        self._load = load
        self._tally = _Tally()
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gap_s = load.gap_s

    def next_request(self) -> bytes | None:
        return None if self._ended.done() else next(self._requests, None)

    def count(self, status: bytes, latency_s: float) -> None:
        self._tally.latencies_s.append(latency_s)
        self._tally.statuses[status] += 1
        self._left -= 1
        if not self._left:
            self.end(None)

    def end(self, error: Exception | None) -> None:
        if self._ended.done():
            return
        if error is None:
            self._ended.set_result(None)
        else:
            self._ended.set_exception(error)

    async def measure(self) -> Measured:
        loop = asyncio.get_running_loop()
        for _ in range(self._load.connections):
            await loop.create_connection(lambda: _Caller(self), _HOST, self._load.port)
        await asyncio.sleep(self._load.warm_up_s)
        self._tally = _Tally()
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        loop.call_later(self._load.duration_s, self.end, None)
        await self._ended
        spent_s = time.perf_counter() - began_s
        return _measured(self._tally, spent_s, time.process_time() - began_cpu_s)


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
    )


async def _run(load: Load) -> Measured:
    run = _Run(load)
    gc.collect()
    gc.freeze()
    return await run.measure()


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(_run(Load(**json.loads(sys.argv[1])))))))

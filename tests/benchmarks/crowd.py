"""A crowd of callers, more than can be served: a process that posts as real clients do.

`python -m tests.benchmarks.crowd '{...}'` with the fields of `Crowd`; prints those of `Served`.
Each caller has a connection and one operation at a time, under an idempotency key. Who is answered
429 or 503 tries the same again, the polite after `Retry-After`, the impatient almost at once. Who
has waited for `patience_s` hangs up, connects anew, and tries the same again.
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
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

import uvloop

from tests.benchmarks.bodies import BODIES, http_request

_ROOT = Path(__file__).resolve().parents[2]
_HOST = "127.0.0.1"
_TRY_AGAIN_S = 0.01
_CONNECTIONS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who comes: `callers`, of whom every `impatient_of`-th (0: none) does not heed `Retry-After`.

    Each waits `gap_s` between two operations of its own, which are `kind`s from the `first` on.
    """

    port: int
    project_id: str
    callers: int
    duration_s: float
    kind: str = "identify"
    first: int = 0
    warm_up_s: float = 0.0
    patience_s: float = 2.0
    impatient_of: int = 2
    gap_s: float = 0.0
    headers: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"/api/widget/{self.kind}"


@dataclass(frozen=True, slots=True)
class Served:
    """What the crowd got, a second; latencies of what was taken, in ms, from the first try on."""

    taken: float
    refused: float
    hung_up: float
    statuses: dict[str, int]
    cpu_share: float
    median_ms: float
    p99_ms: float


def start_crowd(crowd: Crowd) -> "subprocess.Popen[bytes]":
    """Begin in a process of its own; `served_by` waits for its end."""
    command = [sys.executable, "-m", "tests.benchmarks.crowd", json.dumps(asdict(crowd))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_ROOT)


def served_by(process: "subprocess.Popen[bytes]") -> Served:
    """What it measured. Raises RuntimeError where it failed."""
    told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the crowd ended with {process.returncode}")
    return Served(**json.loads(told))


@dataclass(slots=True)
class _Tally:
    statuses: Counter[str] = field(default_factory=Counter)
    latencies_s: list[float] = field(default_factory=list)
    hung_up: int = 0


class _Caller(asyncio.Protocol):
    def __init__(self, crowd: Crowd, tally: list[_Tally], numbers: Iterator[int], at: int) -> None:
        self._crowd = crowd
        self._tally = tally
        self._numbers = numbers
        self._is_impatient = bool(crowd.impatient_of) and at % crowd.impatient_of == 0
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.WriteTransport | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._rest = b""
        self._began_s = 0.0
        self._request = b""
        self.ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._rest = b""
        if self._request:
            self._send()
        else:
            self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._patience is not None:
            self._patience.cancel()
        if not self.ended:
            self._loop.call_later(_TRY_AGAIN_S, self.connect)

    def connect(self) -> None:
        if not self.ended:
            task = self._loop.create_task(self._connect())
            task.add_done_callback(_look_at)

    async def _connect(self) -> None:
        try:
            await self._loop.create_connection(lambda: self, _HOST, self._crowd.port)
        except OSError:
            self._loop.call_later(_TRY_AGAIN_S, self.connect)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not _is_whole(data):
            self._rest = data
            return
        self._rest = b""
        if self._patience is not None:
            self._patience.cancel()
        status = data[9:12].decode()
        tally = self._tally[0]
        tally.statuses[status] += 1
        if status in ("429", "503"):
            pause_s = _TRY_AGAIN_S if self._is_impatient else _retry_after_s(data)
            self._loop.call_later(pause_s, self._send)
            return
        tally.latencies_s.append(time.perf_counter() - self._began_s)
        if self._crowd.gap_s:
            self._loop.call_later(self._crowd.gap_s, self._ask)
        else:
            self._ask()

    def _ask(self) -> None:
        crowd = self._crowd
        n = next(self._numbers)
        body = BODIES[crowd.kind](n) | {"message_id": f"m{n}"}
        self._request = http_request(crowd.path, crowd.project_id, body, *crowd.headers)
        self._began_s = time.perf_counter()
        self._send()

    def _send(self) -> None:
        # Without a connection: it is sent when there is one again.
        if self._transport is not None and not self.ended:
            self._patience = self._loop.call_later(self._crowd.patience_s, self._hang_up)
            self._transport.write(self._request)

    def _hang_up(self) -> None:
        self._tally[0].hung_up += 1
        if self._transport is not None:
            self._transport.abort()


def _look_at(task: "asyncio.Task[None]") -> None:
    if not task.cancelled():
        task.result()


def _retry_after_s(data: bytes) -> float:
    _, found, rest = data.partition(b"retry-after: ")
    return float(rest[: rest.index(b"\r")]) if found else _TRY_AGAIN_S


def _is_whole(data: bytes) -> bool:
    head_bytes = data.find(b"\r\n\r\n") + 4
    if head_bytes < 4:
        return False
    at = data.find(b"content-length: ") + 16
    return len(data) >= head_bytes + int(data[at : data.index(b"\r", at)])


async def _run(crowd: Crowd) -> Served:
    gc.freeze()
    tally, numbers = [_Tally()], itertools.count(crowd.first)
    callers = [_Caller(crowd, tally, numbers, at) for at in range(crowd.callers)]
    for at, caller in enumerate(callers):
        caller.connect()
        if at % _CONNECTIONS_AT_ONCE == 0:
            await asyncio.sleep(0.01)
    await asyncio.sleep(crowd.warm_up_s)
    tally[0] = measured = _Tally()
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    await asyncio.sleep(crowd.duration_s)
    spent_s = time.perf_counter() - began_s
    cpu_share = (time.process_time() - began_cpu_s) / spent_s
    for caller in callers:
        caller.ended = True
    return _served(measured, spent_s, cpu_share)


def _served(tally: _Tally, spent_s: float, cpu_share: float) -> Served:
    latencies_ms = sorted(1000 * each for each in tally.latencies_s)
    refused = tally.statuses["429"] + tally.statuses["503"]
    return Served(
        taken=len(latencies_ms) / spent_s,
        refused=refused / spent_s,
        hung_up=tally.hung_up / spent_s,
        statuses=dict(tally.statuses),
        cpu_share=cpu_share,
        median_ms=statistics.median(latencies_ms) if latencies_ms else 0.0,
        p99_ms=latencies_ms[len(latencies_ms) * 99 // 100] if latencies_ms else 0.0,
    )


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(_run(Crowd(**json.loads(sys.argv[1])))))))

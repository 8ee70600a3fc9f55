"""A load: what is sent, how, and what came of it. A process of its own makes it (generator.py)."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.account_paths import READS
from tests.benchmarks.bodies import (
    BODIES,
    batch_request,
    get_request,
    http_request,
    identify_again,
    mixed,
    named_project,
    with_metadata,
)

ROOT = Path(__file__).resolve().parents[2]
MIX = "mix"
"""The kind of a load in which people are identified and their events tracked, in turns."""


@dataclass(frozen=True, slots=True)
class Load:
    """What to send: bodies from the `first` on, for `warm_up_s` uncounted and `duration_s` counted
    seconds, at most `limit` requests, on each connection `gap_s` after the last answer.

    With `rate_per_s` each request has its time, whatever the answers do, and its latency counts
    from then on: one that finds no free connection waits for one. Each request is one body, or a
    `batch` of so many, as NDJSON where `lines`. A kind of read has paths of its own and no bodies;
    a mix has `path` as the beginning of its two. With `projects` the requests go to so many in
    turns (stand.py), with `metadata_bytes` each identify brings so much, with `known` each is of
    one of the first so many people.
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
    rate_per_s: float = 0.0
    batch: int = 0
    lines: bool = False
    projects: int = 1
    metadata_bytes: int = 0
    known: int = 0

    def request(self, n: int) -> bytes:
        """The n-th request."""
        if self.kind in READS:
            return get_request(READS[self.kind](self.project_id, n), *self.headers)
        if self.kind == MIX:
            kind, body = mixed(n)
            return http_request(f"{self.path}/{kind}", self.project_id, body, *self.headers)
        make = BODIES[self.kind]
        if not self.batch:
            project_id = named_project(self.project_id, n % self.projects)
            body = identify_again(n, self.known) if self.known else make(n)
            body = with_metadata(body, self.metadata_bytes)
            return http_request(self.path, project_id, body, *self.headers)
        bodies = [make(each) for each in range(n * self.batch, (n + 1) * self.batch)]
        return batch_request(self.path, self.kind, bodies, *self.headers, lines=self.lines)


@dataclass(frozen=True, slots=True)
class Measured:
    """Answers a second, the generator's share of one processor (0 to 1), latencies in ms.

    `began_s` is when, by the machine's monotonic clock; `seconds` are the answers of each whole
    second.
    """

    answers: int
    rate: float
    cpu_share: float
    statuses: dict[str, int]
    median_ms: float
    p95_ms: float
    p99_ms: float
    began_s: float
    seconds: list[int]


def run_load(load: Load) -> Measured:
    """Run a load in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.generator", json.dumps(asdict(load))]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout
    return Measured(**json.loads(told))

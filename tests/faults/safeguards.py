"""Takes each safeguard out of the workers, and shows that the short rounds miss it.

`python3 run.py faults --safeguards`. What goes red is written down in docs/faults.md.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass

from tests.faults.ground import postgres_server
from tests.faults.plan import DatabaseKind, short
from tests.faults.round import play
from tests.faults.site import Site, StartWorker, own_worker, site
from tests.faults.steady import NOBODY_MENDS, call_steadily
from tests.faults.violation import Violation
from tests.faults.weakened import WEAKENINGS, weakened_worker

Say = Callable[[str], None]
TRIES = 3
"""Short rounds until one is red: whether a fault strikes in the right millisecond is chance."""
NOT_FOR_EVER_S = 5
NO_SAFEGUARD_OUT = "nothing"


@dataclass(frozen=True, slots=True)
class Short:
    """One of the short tests: what it is called, on which database, and what it finds."""

    name: str
    database: DatabaseKind
    settings: Mapping[str, object]
    find: Callable[[Site, int], Sequence[Violation]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a short test found without a safeguard, in how many tries."""

    safeguard: str
    test: str
    database: DatabaseKind
    tries: int
    found: dict[str, int]
    example: str

    def __str__(self) -> str:
        told = ", ".join(f"{count} {kind}" for kind, count in self.found.items()) or "nothing"
        return f"without {self.safeguard}: {self.test} ({self.database}), try {self.tries}: {told}"


def _round(database: DatabaseKind) -> Short:
    def find(running: Site, seed: int) -> Sequence[Violation]:
        return play(running, short(seed, database)).violations

    return Short("a short round", database, {}, find)


def _steady(database: DatabaseKind) -> Short:
    def find(running: Site, _: int) -> Sequence[Violation]:
        return call_steadily(running, NOT_FOR_EVER_S)

    return Short("steady calls that nobody mends", database, NOBODY_MENDS, find)


MISSED_BY: Mapping[str, Short] = {
    "the lock": _round("postgresql"),
    "the ledger": _round("postgresql"),
    "clearing the token": _steady("sqlite"),
    "the second look": _steady("sqlite"),
    "the sweeper": _round("sqlite"),
    "deleting after the commit": _round("sqlite"),
}
"""Which short test goes red without which safeguard."""


def take_out(*, say: Say, as_json: bool) -> int:
    """Takes every safeguard out in turn, and nothing first; returns the exit code."""
    findings = [
        find(NO_SAFEGUARD_OUT, test, tries=1)
        for test in (_round("sqlite"), _round("postgresql"), _steady("sqlite"))
    ]
    for finding in findings:
        say(str(finding))
    for safeguard in WEAKENINGS:
        findings.append(find(safeguard, MISSED_BY[safeguard], tries=TRIES))
        say(str(findings[-1]))
        say(f"  {findings[-1].example}")
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    as_wanted = [bool(each.found) != (each.safeguard == NO_SAFEGUARD_OUT) for each in findings]
    return 0 if all(as_wanted) else 1


def find(safeguard: str, test: Short, *, tries: int) -> Finding:
    """Runs a short test without the safeguard, seed after seed until it is red."""
    start = own_worker if safeguard == NO_SAFEGUARD_OUT else weakened_worker(safeguard)
    for number in range(1, tries + 1):
        with _site_of(test, start) as running:
            found = test.find(running, number)
        if found:
            break
    kinds = Counter(violation.kind for violation in found)
    example = str(found[0]) if found else ""
    return Finding(safeguard, test.name, test.database, number, dict(kinds), example)


@contextmanager
def _site_of(test: Short, start_worker: StartWorker) -> Iterator[Site]:
    with (
        postgres_server() if test.database == "postgresql" else nullcontext() as server,
        site(server, start_worker, test.settings) as running,
    ):
        yield running

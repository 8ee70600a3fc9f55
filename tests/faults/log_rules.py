"""What no process may write into its log, whatever happens to it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.faults.violation import Violation

SHOWN_CHARS = 300
# A fault of Redis, the database or a process is no operation's and nobody's bug (contract §4).
INEXCUSABLE = re.compile(
    r"a batch of \d+ failed|was set aside|a job failed|a sweep failed|pruning failed"
    r"|background_work_failed|request_failed"
)


def inexcusable(logs: Iterable[Path]) -> Iterator[Violation]:
    """The lines that take a fault for an operation's own, or for one of the code."""
    for log in sorted(logs):
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if INEXCUSABLE.search(line):
                yield Violation("wrong blame", log.name, line[:SHOWN_CHARS])

"""`python -m tests.audit LOCK`: looks up known weaknesses of all that the lock installs.

Fails for one that an update mends, never because nothing could be looked up.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from textwrap import shorten

from tests.audit.verdict import NOT_LOOKED_UP, Verdict, judge

CONNECT_WITHIN_S = 5
ALL_WITHIN_S = 120
REASON_CHARS = 200


def main(arguments: Sequence[str]) -> int:
    """Print what is known; returns the exit code."""
    verdict = _look_up(arguments[0])
    print("\n".join(verdict.lines))
    return 1 if verdict.is_red else 0


def _look_up(lock: str) -> Verdict:
    command = [sys.executable, "-m", "pip_audit", "--requirement", lock, "--require-hashes"]
    quiet = ["--disable-pip", "--format", "json", "--progress-spinner", "off"]
    patience = ["--timeout", str(CONNECT_WITHIN_S)]
    try:
        done = subprocess.run(
            [*command, *quiet, *patience],
            check=False,
            capture_output=True,
            text=True,
            timeout=ALL_WITHIN_S,
        )
        return judge(json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return Verdict([f"{NOT_LOOKED_UP}: no answer within {ALL_WITHIN_S} s"])
    except json.JSONDecodeError:
        # It reports only after it has reached the service.
        said = done.stderr.strip().splitlines() or ["no reason given"]
        return Verdict([f"{NOT_LOOKED_UP}: {shorten(said[-1], REASON_CHARS)}"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python3 run.py machines`: the pipeline on three machines, one of each struck, under traffic.

Machines a and b run an edge and a worker each, c runs Redis and PostgreSQL, callers have a machine
of their own. They are network namespaces: an own address each, and cables that can be pulled out.
"""

import sys
from collections.abc import Sequence

from tests.machines.arguments import parser
from tests.machines.figures import HEAD
from tests.machines.network import NotPossible
from tests.machines.round import Verdict, play
from tests.machines.site import site
from tests.services.run_folder import RunFolder

SHOWN_VIOLATIONS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Play one round and print what callers felt; returns 1 if a promise was broken."""
    options = parser().parse_args(arguments)
    folder = RunFolder()
    try:
        with site() as machines:
            return _report(play(machines, options.seed, _tell))
    except NotPossible as reason:
        _tell(f"skipped: no machines can be made here: {reason}")
        return 0
    finally:
        folder.close()


def _report(verdict: Verdict) -> int:
    _tell(HEAD)
    for each in verdict.felt:
        _tell(each.line())
    for violation in verdict.violations[:SHOWN_VIOLATIONS]:
        _tell(f"VIOLATION {violation}")
    _tell(
        f"{verdict.operations} operations in {verdict.took_s:.0f} s, "
        f"{len(verdict.violations)} violations"
    )
    return 1 if verdict.violations else 0


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

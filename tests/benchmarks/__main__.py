"""`python3 run.py bench`: measures, and prints what was reached beside its target.

Nothing fails when a target is missed: figures belong to a machine and its mood.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from tests.benchmarks import (
    alternatives,
    backfill,
    batch,
    drain,
    edge,
    end_to_end,
    fairness,
    growth,
    metadata,
    overload,
    projects,
    reads,
    waiting,
)
from tests.benchmarks.figures import Figure, render_json, render_table
from tests.benchmarks.load import ROOT
from tests.benchmarks.page import write_results
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.stand import durable_postgresql
from tests.services.run_folder import RunFolder

BENCHMARKS: dict[str, Callable[[Plan], list[Figure]]] = {
    "edge": edge.run,
    "batch": batch.run,
    "drain": drain.run,
    "waiting": waiting.run,
    "end_to_end": end_to_end.run,
    "alternatives": alternatives.run,
    "growth": growth.run,
    "projects": projects.run,
    "metadata": metadata.run,
    "reads": reads.run,
    "overload": overload.run,
    "fairness": fairness.run,
    "backfill": backfill.run,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen benchmarks and print their figures; returns the exit code."""
    options = _parser().parse_args(arguments)
    began_s = time.perf_counter()
    figures = []
    for name, measured in _measured(options.benchmarks or list(BENCHMARKS), Plan(options.quick)):
        figures += measured
        if options.write:
            write_results({name: measured}, list(BENCHMARKS))
    spent_s = time.perf_counter() - began_s
    about: dict[str, object] = {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "spent_s": round(spent_s, 1),
        "quick": options.quick,
    }
    print(render_json(figures, about) if options.json else render_table(figures))
    say(f"took {spent_s:.0f} s")
    if options.write:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.plot"], check=True, cwd=ROOT)
    return 0


def _measured(names: Sequence[str], plan: Plan) -> Iterator[tuple[str, list[Figure]]]:
    folder = RunFolder()
    try:
        with durable_postgresql():
            for name in names:
                say(f"{name} (load average {os.getloadavg()[0]:.1f})")
                yield name, BENCHMARKS[name](plan)
    finally:
        folder.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.add_argument(
        "benchmarks",
        nargs="*",
        metavar="name",
        type=_known,
        help=f"which to run, of {', '.join(BENCHMARKS)}; all if left out",
    )
    parser.add_argument("--quick", action="store_true", help="smaller and rougher")
    parser.add_argument(
        "--write", action="store_true", help="put the figures into docs/performance.md"
    )
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    return parser


def _known(name: str) -> str:
    # argparse's own `choices` would refuse an empty list, which means all.
    if name not in BENCHMARKS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(BENCHMARKS)}")
    return name


if __name__ == "__main__":
    sys.exit(main())

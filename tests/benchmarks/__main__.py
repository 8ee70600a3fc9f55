"""`python3 run.py bench`: measures, and prints what was reached beside its target.

Nothing fails when a target is missed: figures belong to a machine and its mood.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module

from tests.benchmarks.arguments import NAMES, parser
from tests.benchmarks.figures import Figure, render_json, render_table
from tests.benchmarks.load import ROOT
from tests.benchmarks.page import write_results
from tests.benchmarks.plan import Plan, say
from tests.benchmarks.stand import durable_postgresql
from tests.services.run_folder import RunFolder

BENCHMARKS: dict[str, Callable[[Plan], list[Figure]]] = {
    name: import_module(f"tests.benchmarks.{name}").run for name in NAMES
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen benchmarks and print their figures; returns the exit code."""
    options = parser().parse_args(arguments)
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


if __name__ == "__main__":
    sys.exit(main())

"""The arguments of `run.py bench`, of the standard library alone: read before all is set up."""

import argparse

NAMES = (
    "edge",
    "batch",
    "drain",
    "waiting",
    "end_to_end",
    "alternatives",
    "growth",
    "projects",
    "metadata",
    "reads",
    "overload",
    "fairness",
    "backfill",
)


def parser() -> argparse.ArgumentParser:
    """Reads which benchmarks to run, and how."""
    made = argparse.ArgumentParser(
        prog="run.py bench", description="Measures, and prints what was reached beside its target."
    )
    made.add_argument(
        "benchmarks",
        nargs="*",
        metavar="name",
        type=_known,
        help=f"which to run, of {', '.join(NAMES)}; all if left out",
    )
    made.add_argument("--quick", action="store_true", help="smaller and rougher")
    made.add_argument(
        "--write", action="store_true", help="put the figures into docs/performance.md"
    )
    made.add_argument("--json", action="store_true", help="print JSON in place of a table")
    return made


def _known(name: str) -> str:
    # argparse's own `choices` would refuse an empty list, which means all.
    if name not in NAMES:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(NAMES)}")
    return name


if __name__ == "__main__":
    parser().parse_args()

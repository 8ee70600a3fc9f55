"""The arguments of `run.py faults`, of the standard library alone: read before all is set up."""

import argparse

from tests.faults.plan import DATABASE_KINDS


def parser() -> argparse.ArgumentParser:
    """Reads what to break, and how often."""
    made = argparse.ArgumentParser(
        prog="run.py faults", description="Rounds of faults, seed by seed, and what became of each."
    )
    made.add_argument("--seeds", type=int, default=40, help="how many rounds (default 40)")
    made.add_argument("--seed", type=int, help="only this round, to play it again")
    made.add_argument(
        "--database", action="append", choices=DATABASE_KINDS, help="on which; both if left out"
    )
    made.add_argument("--recovery", action="store_true", help="measure recovery times")
    made.add_argument("--safeguards", action="store_true", help="take each safeguard out")
    made.add_argument("--json", action="store_true", help="print JSON on standard output")
    return made


if __name__ == "__main__":
    parser().parse_args()

"""The arguments of `run.py machines`, of the standard library alone: read before all is set up."""

import argparse


def parser() -> argparse.ArgumentParser:
    """Reads what the callers' round is drawn from."""
    made = argparse.ArgumentParser(
        prog="run.py machines",
        description="The pipeline on three machines, one of each struck, under traffic.",
    )
    made.add_argument("--seed", type=int, default=1, help="of what callers ask for")
    return made


if __name__ == "__main__":
    parser().parse_args()

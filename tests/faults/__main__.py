"""`python3 run.py faults`: rounds of faults, seed by seed, and what became of each.

Also `--recovery`: how soon the product is itself again; `--safeguards`: what goes red without each
safeguard. The exit code is 1 if a promise was broken, a target missed or a safeguard not missed.
"""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict

from tests.faults import recovery, safeguards
from tests.faults.arguments import parser
from tests.faults.ground import postgres_server
from tests.faults.kept import keep, replay_command
from tests.faults.plan import DATABASE_KINDS, DatabaseKind, drawn
from tests.faults.round import Verdict, play
from tests.faults.site import site
from tests.services.postgres_process import PostgresProcess
from tests.services.run_folder import RunFolder

FIRST_SEED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; returns the exit code."""
    options = parser().parse_args(arguments)
    databases = options.database or list(DATABASE_KINDS)
    first = options.seed if options.seed is not None else FIRST_SEED
    seeds = range(first, first + (1 if options.seed is not None else options.seeds))
    folder = RunFolder()
    try:
        if options.recovery:
            return recovery.measure(databases, say=_say, as_json=options.json)
        if options.safeguards:
            return safeguards.take_out(say=_say, as_json=options.json)
        return _play_all(databases, seeds, as_json=options.json)
    finally:
        folder.close()


def _play_all(databases: Sequence[DatabaseKind], seeds: range, *, as_json: bool) -> int:
    verdicts: list[tuple[DatabaseKind, Verdict]] = []
    for database in databases:
        with postgres_server() if database == "postgresql" else nullcontext() as server:
            verdicts += [(database, play_seed(database, seed, server, _say)) for seed in seeds]
    broken = [(database, v.plan.seed) for database, v in verdicts if v.violations]
    if as_json:
        print(json.dumps([_document(*verdict) for verdict in verdicts], indent=2))
    operations = sum(verdict.operations for _, verdict in verdicts)
    _say(f"{len(verdicts)} rounds, {operations} operations, {len(broken)} with violations")
    return 1 if broken else 0


def play_seed(
    database: DatabaseKind, seed: int, server: PostgresProcess | None, say: Callable[[str], None]
) -> Verdict:
    """Plays one seed on a site of its own; keeps its logs if it broke a promise."""
    plan = drawn(seed, database)
    with site(server) as running:
        verdict = play(running, plan)
        if verdict.violations:
            kept = keep(verdict, database, running.folder)
    say(f"{database} seed {seed}: {_line(verdict)}")
    if verdict.violations:
        for violation in verdict.violations[:10]:
            say(f"  {violation}")
        say(f"  kept in {kept}; again: {replay_command(database, seed)}")
    return verdict


def _line(verdict: Verdict) -> str:
    found = len(verdict.violations)
    return (
        f"{f'{found} VIOLATIONS' if found else 'ok'}, {verdict.operations} operations,"
        f" {verdict.answers} answers ({verdict.unavailable} of them 503,"
        f" {verdict.unanswered} lost), quiet {verdict.quiet_after_s:.1f} s after the last blow,"
        f" {verdict.took_s:.0f} s"
    )


def _document(database: DatabaseKind, verdict: Verdict) -> dict[str, object]:
    return {
        "database": database,
        "seed": verdict.plan.seed,
        "replay": replay_command(database, verdict.plan.seed),
        "faults": [asdict(fault) for fault in verdict.plan.faults],
        "violations": [asdict(violation) for violation in verdict.violations],
        "operations": verdict.operations,
        "answers": verdict.answers,
        "unavailable": verdict.unavailable,
        "unanswered": verdict.unanswered,
        "quiet_after_s": round(verdict.quiet_after_s, 2),
        "took_s": round(verdict.took_s, 1),
    }


def _say(progress: str) -> None:
    print(f"faults: {progress}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

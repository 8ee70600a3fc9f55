"""What is kept of a round that broke a promise: logs, history, and how to play it again."""

import json
import shutil
from pathlib import Path

from tests.faults.plan import DatabaseKind
from tests.faults.round import Verdict

KEPT = Path("var") / "faults"


def replay_command(database: DatabaseKind, seed: int) -> str:
    """The command that plays a seed again: the same plan and scripts, at the machine's own pace."""
    return f"python3 run.py faults --database {database} --seed {seed}"


def keep(verdict: Verdict, database: DatabaseKind, folder: Path) -> Path:
    """Copies the logs of a round's processes, with what callers saw; returns the folder."""
    kept = KEPT / f"{database}-{verdict.plan.seed}"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for log in folder.rglob("*.log"):
        shutil.copy(log, kept / log.name)
    lines = [replay_command(database, verdict.plan.seed), ""]
    lines += [*map(str, verdict.plan.faults), f"at the end: {verdict.plan.last_blow}", ""]
    lines += map(str, verdict.violations)
    (kept / "violations.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for number, (history, evidence) in enumerate(verdict.told):
        _write(kept / f"history-{number}.json", history.as_document())
        _write(kept / f"evidence-{number}.json", evidence.as_document())
    return kept


def _write(file: Path, document: object) -> None:
    file.write_text(json.dumps(document, indent=1, default=str) + "\n", encoding="utf-8")

"""The tables of docs/performance.md, made of what the last runs printed (docs/performance.json)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure, Target, shown_number

DOCS = Path(__file__).resolve().parents[2] / "docs"
RESULTS = DOCS / "performance.json"
PAGE = DOCS / "performance.md"
BEGIN = "<!-- figures: made by `python3 run.py bench --write`, held by a test -->\n"
END = "<!-- end of figures -->"

Results = dict[str, list[Figure]]
"""The figures of each benchmark, by its name."""


def read_results() -> Results:
    """What the last runs that were written down printed; nothing where there is none."""
    if not RESULTS.exists():
        return {}
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    return {name: [_figure(each) for each in figures] for name, figures in stored.items()}


def write_results(measured: Mapping[str, Sequence[Figure]], order: Sequence[str]) -> None:
    """Write these benchmarks down in place of their last runs, and make the page's tables anew."""
    results = {**read_results(), **measured}
    ordered = {name: results[name] for name in order if name in results}
    document = {name: [asdict(each) for each in figures] for name, figures in ordered.items()}
    RESULTS.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + BEGIN + render_tables(read_results()) + END + after, encoding="utf-8")


def written_tables() -> str:
    """The tables that stand in the page."""
    return PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


def render_tables(results: Mapping[str, Sequence[Figure]]) -> str:
    """One table for each benchmark."""
    return "".join(f"\n### {name}\n\n{_table(figures)}\n" for name, figures in results.items())


def _table(figures: Iterable[Figure]) -> str:
    rows = ["| figure | measured | target | |", "|---|---|---|---|"]
    rows += [
        f"| {figure.name} | {shown_number(figure.value)} {figure.unit} "
        f"| {_target(figure.target)} | {figure.verdict} |"
        for figure in figures
    ]
    return "\n".join(row.replace("  ", " ") for row in rows) + "\n"


def _target(target: Target | None) -> str:
    return "" if target is None else f"{target.kind} {shown_number(target.value)}"


def _figure(stored: Mapping[str, Any]) -> Figure:
    target = stored["target"]
    return Figure(**{**stored, "target": None if target is None else Target(**target)})

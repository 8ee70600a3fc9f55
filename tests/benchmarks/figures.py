"""A measured figure beside its target, and all of them as a table or as JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Target:
    """A bound from the issue: the figure is to be at least, or at most, `value`."""

    kind: Literal["at least", "at most"]
    value: float

    def is_met(self, measured: float) -> bool:
        """Whether `measured` lies on the right side of the bound."""
        return measured >= self.value if self.kind == "at least" else measured <= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result; `rounds` are the single measurements whose median `value` is."""

    name: str
    value: float
    unit: str
    target: Target | None = None
    rounds: Sequence[float] = field(default=())

    @property
    def verdict(self) -> str:
        """What the table says of the target: ok, MISSED, or nothing where there is none."""
        if self.target is None:
            return ""
        return "ok" if self.target.is_met(self.value) else "MISSED"


def at_least(value: float) -> Target:
    return Target("at least", value)


def at_most(value: float) -> Target:
    return Target("at most", value)


def render_table(figures: Iterable[Figure]) -> str:
    """Lay the figures out in columns, for a person."""
    rows = [("figure", "measured", "target", "", "rounds")]
    rows += [_row(figure) for figure in figures]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def render_json(figures: Iterable[Figure], about: dict[str, object]) -> str:
    """Render the figures, each with its verdict, and what the run was like."""
    listed = [{**asdict(figure), "verdict": figure.verdict} for figure in figures]
    return json.dumps({**about, "figures": listed}, indent=2)


def _row(figure: Figure) -> tuple[str, str, str, str, str]:
    target = figure.target
    return (
        figure.name,
        f"{shown_number(figure.value)} {figure.unit}".strip(),
        "" if target is None else f"{target.kind} {shown_number(target.value)}",
        figure.verdict,
        " ".join(map(shown_number, figure.rounds)),
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name, measured, target, verdict, rounds = row
    return "  ".join(
        (
            name.ljust(widths[0]),
            measured.rjust(widths[1]),
            target.ljust(widths[2]),
            verdict.ljust(widths[3]),
            rounds,
        )
    ).rstrip()


def shown_number(value: float) -> str:
    """A figure with as many digits as it is worth."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"

"""The plot of docs/performance.md, out of what the last runs printed.

`python -m tests.benchmarks.plot` writes docs/performance.svg: the same figures make the same file.
"""

import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot

from tests.benchmarks.figures import Figure
from tests.benchmarks.page import DOCS, Results, read_results

FILE = DOCS / "performance.svg"
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hal-ingest",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
COLOURS = {"postgresql": "#336791", "sqlite": "#c2571a"}
GREY = "#9a9a9a"
_WAY = re.compile(r"(.+) on postgresql: end to end")
_POINT = re.compile(r"\w+: (postgresql|sqlite), ([\d,]+)[a-z ]*: drained")


def draw(results: Results) -> None:
    """Write the plot of these results."""
    with mpl.rc_context(STYLE):
        figure, axes = pyplot.subplots(2, 2, figsize=(9, 6.4), layout="constrained")
        _bars(axes[0][0], results.get("alternatives", []))
        curves = (
            ("growth", "stored contacts", axes[0][1]),
            ("projects", "projects", axes[1][0]),
            ("metadata", "bytes of metadata in each identify", axes[1][1]),
        )
        for name, label, place in curves:
            if name in results:
                _curves(place, results[name], label)
            else:
                place.set_axis_off()
        figure.savefig(FILE, metadata={"Date": None})
        pyplot.close(figure)


def _bars(axes: Any, figures: Sequence[Figure]) -> None:
    found = [
        (way[1], each.value)
        for each in figures
        if (way := _WAY.fullmatch(each.name)) and each.unit == "/s"
    ]
    names, rates = [name for name, _ in found][::-1], [rate for _, rate in found][::-1]
    colours = [COLOURS["postgresql"] if name == "hal-ingest" else GREY for name in names]
    bars = axes.barh(names, rates, color=colours)
    axes.bar_label(bars, [f"{rate:,.0f}" for rate in rates], padding=3)
    axes.margins(x=0.15)
    axes.set_title("End to end, operations a second", loc="left")


def _curves(axes: Any, figures: Sequence[Figure], label: str) -> None:
    for kind, colour in COLOURS.items():
        points = [
            (int(point[2].replace(",", "")), each.value)
            for each in figures
            if (point := _POINT.fullmatch(each.name)) and point[1] == kind
        ]
        if points:
            axes.plot(*zip(*points, strict=True), marker="o", color=colour, label=kind)
            axes.legend(frameon=False)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel(label)
    axes.set_title("Drained by one worker, operations a second", loc="left")


if __name__ == "__main__":
    draw(read_results())

"""The table of metrics of docs/operations/metrics.md, as the metrics themselves tell it."""

from collections.abc import Iterable

from config.measures import MetricRow


def render_metrics_markdown(rows: Iterable[MetricRow]) -> str:
    """Render the table as Markdown, by name."""
    lines = ["| metric | kind | labels | what it says |", "|---|---|---|---|"]
    lines += [
        f"| `{row.name}` | {row.kind} | {', '.join(f'`{label}`' for label in row.labels)} "
        f"| {row.meaning} |"
        for row in sorted(rows, key=lambda row: row.name)
    ]
    return "\n".join(lines) + "\n"

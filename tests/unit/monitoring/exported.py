"""Every metric that the product exports, as its own code declares it."""

from collections.abc import Iterator

from config.measures import MetricRow
from ingest_api.installation_metrics import ROWS
from ingest_api.metrics import Metrics
from workers.metrics import ParentMetrics, WorkerMetrics


def exported() -> list[MetricRow]:
    """Each one once: edges, workers, their parent, and what all have in common."""
    counted = [*Metrics("0").measures.rows, *WorkerMetrics().measures.rows]
    rows = [*counted, *ParentMetrics().measures.rows, *ROWS]
    return list({row.name: row for row in rows}.values())


def samples() -> dict[str, frozenset[str]]:
    """The names that queries can ask for, with the labels that each has."""
    return {name: labels for row in exported() for name, labels in _samples_of(row)}


def _samples_of(row: MetricRow) -> Iterator[tuple[str, frozenset[str]]]:
    labels = frozenset(row.labels)
    if row.kind == "histogram":
        yield from ((f"{row.name}_{part}", labels) for part in ("sum", "count"))
        yield f"{row.name}_bucket", labels | {"le"}
    else:
        yield row.name, labels

"""The operator's page lists every metric as the code declares it (contract §13)."""

from pathlib import Path

import pytest

from ingest_api.metrics import Metrics
from tests.unit.monitoring.exported import exported
from tests.unit.monitoring.metrics_table import render_metrics_markdown
from workers.metrics import WorkerMetrics

_PAGE = Path(__file__).resolve().parents[3] / "docs" / "operations" / "metrics.md"
_BEGIN = "<!-- metrics: as the code has them, held by a test -->\n"
_END = "<!-- end of metrics -->\n"


def test_the_table_of_metrics_is_the_one_that_the_code_renders() -> None:
    page = _PAGE.read_text(encoding="utf-8")
    assert page.count(_BEGIN) == page.count(_END) == 1
    assert page.partition(_BEGIN)[2].partition(_END)[0] == render_metrics_markdown(exported())


def test_units_stand_last_and_counters_say_that_they_count() -> None:
    for row in exported():
        assert row.name.startswith("hal_")
        assert (row.kind == "counter") == row.name.endswith("_total")


@pytest.mark.parametrize("name", ["hal_processes", "hal_redis_round_trip_seconds"])
def test_what_edges_and_workers_both_count_means_the_same(name: str) -> None:
    edge = {row.name: row for row in Metrics("0").measures.rows}
    worker = {row.name: row for row in WorkerMetrics().measures.rows}
    assert edge[name] == worker[name]

"""The dashboard and the alert rules ask for metrics that exist, by labels that these have."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.unit.monitoring.exported import exported, samples
from tests.unit.monitoring.queries import Query

_FOLDER = Path(__file__).resolve().parents[3] / "docs" / "monitoring"
DASHBOARD: dict[str, Any] = json.loads((_FOLDER / "grafana-dashboard.json").read_text("utf-8"))
RULES: dict[str, Any] = yaml.safe_load((_FOLDER / "alerts.yml").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
QUERIES = {
    **{f"{p['title']} {t['refId']}": Query(t["expr"]) for p in PANELS for t in p["targets"]},
    **{rule["alert"]: Query(rule["expr"]) for rule in ALERTS},
}
SAMPLES = samples()


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_asks_for_what_there_is(name: str) -> None:
    query = QUERIES[name]
    assert query.faults() == []
    assert query.metrics <= SAMPLES.keys()
    for metric, labels in query.labels.items():
        assert labels <= SAMPLES[metric]


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {
        name for panel in PANELS for t in panel["targets"] for name in Query(t["expr"]).metrics
    }
    for row in exported():
        assert any(name.startswith(row.name) for name in shown), row.name


def test_the_dashboard_can_be_imported_anywhere() -> None:
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["name"], variable["type"]) == ("datasource", "datasource")
    used = {target["datasource"]["uid"] for panel in PANELS for target in panel["targets"]}
    assert used == {"${datasource}"}
    assert "id" not in DASHBOARD
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


def test_no_two_panels_lie_on_each_other() -> None:
    places = set()
    for panel in DASHBOARD["panels"]:
        grid = panel["gridPos"]
        assert grid["x"] + grid["w"] <= 24
        for x in range(grid["x"], grid["x"] + grid["w"]):
            for y in range(grid["y"], grid["y"] + grid["h"]):
                assert (x, y) not in places
                places.add((x, y))


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    names = [rule["alert"] for rule in ALERTS]
    assert len(names) == len(set(names))
    for rule in ALERTS:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"\d+[smhd]", rule.get("for", "0s"))
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["action"]


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("sum(rate(hal_drains_total[5m])", "missing )"),
        ("sum(rate(hal_drains_total[5m)])", "unexpected )"),
        ("summ(hal_drains_total)", "summ"),
        ("sum(up)", "up"),
        ("1 > 0", "no metric"),
    ],
)
def test_a_broken_query_would_be_noticed(broken: str, fault: str) -> None:
    assert fault in Query(broken).faults()

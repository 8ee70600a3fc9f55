"""What is left after a delete, for the tests of deletes."""

from dataclasses import replace

import pytest

from models.operations import Identify
from models.tables import ActivityTable, VisitorTable
from tests.integration.desk import ONE_BATCH, Desk
from tests.model.state import Json

ADA = "ada@example.com"
OLD = "ada@old.example"
BOB = "bob@example.com"
ONE_BY_ONE = replace(ONE_BATCH, batch_size=1)
BATCHES = pytest.mark.parametrize(
    "limits", [ONE_BATCH, ONE_BY_ONE], ids=["one batch", "one by one"]
)


def told(desk: Desk) -> list[tuple[str, str | None, str | None]]:
    """Kind (an event: its name), contact and company of the timelines' rows."""
    rows = sorted(desk.rows(ActivityTable), key=lambda row: row["rank"])
    return [(row["name"] or row["kind"], row["contact_id"], row["company_id"]) for row in rows]


def visitor(desk: Desk, visitor_id: str) -> Json:
    return next(row for row in desk.rows(VisitorTable) if row["visitor_id"] == visitor_id)


def ids(desk: Desk, model: type) -> set[str]:
    return {row["id"] for row in desk.rows(model)}


def identified(desk: Desk, *operations: Identify) -> str:
    """The id of the contact that the last one speaks of."""
    contact_id: str = desk.write(*operations)[-1]["outcome"]["contact_id"]
    return contact_id

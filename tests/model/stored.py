"""What the pipeline stored, in the form of the model's snapshot."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, select

from models.provisioning.projects import show_project
from models.store.columns import table_of
from models.tables import (
    ActivityTable,
    CompanyTable,
    ContactEmailTable,
    ContactMergeTable,
    ContactTable,
    LinkTable,
    StageTable,
    VisitorTable,
)
from tests.model.documents import iso
from tests.model.project import DEFAULT_SETTINGS
from tests.model.snapshot import deal_text, in_order, living
from tests.model.state import Json

SCALE = Decimal(10_000)
NOT_TOLD = ("by",)
"""Who did it: here it is always the same caller."""


def stored_snapshot(connection: Connection, project_id: str) -> Json:
    """One project's rows, read plainly."""
    read = _Reader(connection, project_id)
    contacts, activity = _contacts(read), sorted(read(ActivityTable), key=lambda row: row["rank"])
    stages = sorted(read(StageTable), key=lambda row: row["position"])
    return {
        "visitors": {
            row["visitor_id"]: {
                "contact_id": row["contact_id"],
                "active_company_id": row["active_company_id"],
                "properties": row["properties"],
            }
            for row in read(VisitorTable)
        },
        "contacts": contacts,
        "companies": _companies(read),
        "events": [_event(row, contacts) for row in activity if row["kind"] == "event"],
        "stage_changes": [
            {"company_id": row["company_id"], **_from_to(row)}
            for row in activity
            if row["kind"] == "stage_changed"
        ],
        "deal_changes": [
            {"company_id": row["company_id"], **_from_to(row)}
            for row in activity
            if row["kind"] == "deal_changed"
        ],
        "activity": in_order(_row(row, contacts) for row in activity),
        "stages": [[row["id"], row["name"]] for row in stages],
        "project": _project(read),
        "merged": {row["merged_id"]: row["survivor_id"] for row in read(ContactMergeTable)},
    }


class _Reader:
    def __init__(self, connection: Connection, project_id: str) -> None:
        self.connection = connection
        self.project_id = project_id

    def __call__(self, model: Any) -> list[Json]:
        table: Table = table_of(model)
        wanted = select(table).where(table.c.project_id == self.project_id)
        return [dict(row) for row in self.connection.execute(wanted).mappings()]


def _project(read: _Reader) -> Json:
    project = show_project(read.connection, read.project_id)
    times = {
        "created_at": iso(project.created_at_ms),
        "updated_at": iso(project.updated_at_ms),
    }
    return {setting: getattr(project, setting) for setting in DEFAULT_SETTINGS} | times


def _contacts(read: _Reader) -> Json:
    emails = read(ContactEmailTable)
    links = sorted(read(LinkTable), key=lambda row: row["age_rank"])
    fields = ("user_id", "email", "name", "phone", "notes", "tags", "metadata")
    times = ("created_at_ms", "updated_at_ms")
    return {
        row["id"]: {field: row[field] for field in fields + times}
        | {
            "emails": sorted(each["email"] for each in emails if each["contact_id"] == row["id"]),
            "companies": [link["company_id"] for link in links if link["contact_id"] == row["id"]],
        }
        for row in read(ContactTable)
    }


def _companies(read: _Reader) -> Json:
    stages = {row["id"]: row["name"] for row in read(StageTable)}
    fields = ("external_id", "name", "domain", "industry", "notes", "metadata", "placeholder")
    times = ("created_at_ms", "updated_at_ms")
    return {
        row["id"]: {field: row[field] for field in fields + times}
        | {
            "stage": stages[row["stage_id"]] if row["stage_id"] else None,
            "deal_value": _deal(row["deal_value_e4"]),
        }
        for row in read(CompanyTable)
    }


def _row(row: Json, contacts: Json) -> Json:
    return {
        "kind": row["kind"],
        "operation_id": row["operation_id"],
        "contact_id": living(row["contact_id"], contacts),
        "company_id": row["company_id"],
        "occurred_at_ms": row["occurred_at_ms"],
        "detail": _detail(row, contacts),
    }


def _detail(row: Json, contacts: Json) -> Json:
    if row["kind"] == "event":
        return _event(row, contacts)
    if row["kind"] in {"stage_changed", "deal_changed"}:
        return _from_to(row)
    return {key: value for key, value in row["detail"].items() if key not in NOT_TOLD}


def _event(row: Json, contacts: Json) -> Json:
    return {
        "name": row["name"],
        "value": row["detail"]["value"],
        "entity": row["detail"]["entity"],
        "visitor_id": row["visitor_id"],
        "contact_id": living(row["contact_id"], contacts),
        "company_id": row["company_id"],
        "occurred_at_ms": row["occurred_at_ms"],
    }


def _from_to(row: Json) -> Json:
    detail = row["detail"]
    if row["kind"] == "deal_changed":
        return {"from": _deal(detail["from_e4"]), "to": _deal(detail["to_e4"])}
    return {"from": detail["from"], "to": detail["to"]}


def _deal(value_e4: int | None) -> str | None:
    return None if value_e4 is None else deal_text(Decimal(value_e4) / SCALE)

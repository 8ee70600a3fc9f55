"""What receipts say was changed, applied one after the other: it must come to what is stored."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select

from models.store.columns import table_of
from models.tables import (
    CompanyTable,
    ContactEmailTable,
    ContactTable,
    LinkTable,
    OperationTable,
    ProjectTable,
    StageTable,
    VisitorTable,
)
from tests.model.documents import iso
from tests.model.state import Json

KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "contact": (ContactTable, ("id",)),
    "contact_email": (ContactEmailTable, ("email",)),
    "company": (CompanyTable, ("id",)),
    "link": (LinkTable, ("contact_id", "company_id")),
    "visitor": (VisitorTable, ("visitor_id",)),
    "stage": (StageTable, ("id",)),
    "project": (ProjectTable, ("id",)),
}
NOT_TOLD = {"project_id", "created_at_ms", "updated_at_ms", "owner_contact_id", "age_rank"}
NOT_TOLD |= {"search_text", "name_key"}
# A fold changes it for visitors that nobody loads.
NOT_TOLD |= {"active_company_id"}
Records = dict[tuple[str, ...], Json]


def told_records(connection: Connection, project_id: str) -> Records:
    """Every record of a project in the words of receipts, without its empty fields."""
    stages = {row["id"]: row["name"] for row in _rows(connection, StageTable, project_id)}
    return {
        (kind, *(row[name] for name in key)): _told(row, stages)
        for kind, (table, key) in KINDS.items()
        for row in _rows(connection, table, project_id)
    }


def _told(row: Json, stages: dict[str, str]) -> Json:
    told = {}
    for name, value in row.items():
        if name in NOT_TOLD or value in (None, [], {}):
            continue
        if name == "stage_id":
            told["stage"] = stages[value]
        elif name.endswith("_at_ms"):
            told[name.removesuffix("_ms")] = iso(value)
        else:
            told[name] = value
    return told


def replay_changes(
    connection: Connection, project_id: str, records: Records, replacements: Mapping[str, str]
) -> Records:
    """The records after the changes of all receipts; raises AssertionError where a receipt says
    of a value before what it was not.

    `replacements` are the stages that delete_stage named, by operation.
    """
    ledger = _rows(connection, OperationTable, project_id)
    for operation in sorted(ledger, key=lambda row: row["sequence"]):
        if operation["status"] != "applied" or operation["replay_of"]:
            assert operation["changes"] == [], operation["id"]
        _rename_stages(records, operation["changes"])
        for change in operation["changes"]:
            _apply(records, change)
        if operation["id"] in replacements:
            _move_companies(records, operation["changes"], replacements[operation["id"]])
    return records


def _move_companies(records: Records, changes: Iterable[Json], replacement_id: str) -> None:
    """A removed stage's companies are in its replacement; their own activity tells of each."""
    gone = [change["before"]["name"] for change in changes if _is_removal(change, "stage")]
    for key, record in records.items():
        if key[0] == "company" and record.get("stage") in gone:
            record["stage"] = records["stage", replacement_id]["name"]


def _is_removal(change: Json, record: str) -> bool:
    return change["record"] == record and change["pointer"] == "" and change["after"] is None


def _rename_stages(records: Records, changes: Iterable[Json]) -> None:
    """A company stands in a stage, whatever its name."""
    names = {
        change["before"]: change["after"]
        for change in changes
        if change["record"] == "stage" and change["pointer"] == "/name"
    }
    for key, record in records.items():
        if key[0] == "company" and record.get("stage") in names:
            record["stage"] = names[record["stage"]]


def _apply(records: Records, change: Json) -> None:
    if change["record"] not in KINDS or change["pointer"] == "/active_company_id":
        return
    key = _key_of(change)
    if change["pointer"] == "":
        before, after = _without_unknown(change["before"]), _without_unknown(change["after"])
        assert records.pop(key, None) == before, change
        if after is not None:
            records[key] = after
        return
    *parents, name = [_unescaped(part) for part in change["pointer"].split("/")[1:]]
    target = records[key].setdefault(parents[0], {}) if parents else records[key]
    assert (target.pop(name, None) or None) == (change["before"] or None), change
    if change["after"] not in (None, [], {}) or parents:
        target[name] = change["after"]
    if parents and change["after"] is None:
        del target[name]
    if parents and not target:
        del records[key][parents[0]]


def _key_of(change: Json) -> tuple[str, ...]:
    if change["record"] == "link":
        link = change["before"] or change["after"]
        return ("link", link["contact_id"], link["company_id"])
    return (change["record"], change["id"])


def _without_unknown(values: Json | None) -> Json | None:
    if values is None:
        return None
    return {name: value for name, value in values.items() if name not in NOT_TOLD}


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def _rows(connection: Connection, model: Any, project_id: str) -> list[Json]:
    table: Table = table_of(model)
    owner = table.c.id if model is ProjectTable else table.c.project_id
    wanted = select(table).where(owner == project_id)
    return [dict(row) for row in connection.execute(wanted).mappings()]

"""What holds of one project's rows, whatever was done (contract §1, §5, §11)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, select

from models.store.columns import table_of
from models.tables import (
    ActivityTable,
    CompanyTable,
    ContactEmailTable,
    ContactMergeTable,
    ContactTable,
    ContactTagTable,
    LinkTable,
    OperationTable,
    StageTable,
    VisitorTable,
)
from tests.model.state import Json

HISTORY = {"stage_changed", "deal_changed", "notes_changed"}
"""That of a placeholder which was folded stays under its id."""


def expect_consistent(connection: Connection, project_id: str, operations: Iterable[str]) -> None:
    """Raises AssertionError; `operations` are the ids of all that was applied, in order."""
    rows = _Rows(connection, project_id)
    _expect_contacts(rows)
    _expect_companies(rows)
    _expect_no_reference_dangles(rows)
    _expect_activity_belongs_to_somebody(rows)
    ledger = sorted(rows(OperationTable), key=lambda row: row["sequence"])
    assert [row["id"] for row in ledger] == list(operations)
    assert [row["sequence"] for row in ledger] == list(range(1, len(ledger) + 1))


class _Rows:
    def __init__(self, connection: Connection, project_id: str) -> None:
        self.connection = connection
        self.project_id = project_id

    def __call__(self, model: Any) -> list[Json]:
        table: Table = table_of(model)
        wanted = select(table).where(table.c.project_id == self.project_id)
        return [dict(row) for row in self.connection.execute(wanted).mappings()]

    def values(self, model: Any, column: str) -> set[Any]:
        """All values of a column but null."""
        return {row[column] for row in self(model)} - {None}


def _expect_contacts(rows: _Rows) -> None:
    contacts = {row["id"]: row for row in rows(ContactTable)}
    addresses = {row["email"]: row["contact_id"] for row in rows(ContactEmailTable)}
    assert set(addresses.values()) <= contacts.keys()
    for contact in contacts.values():
        if contact["email"] is None:
            assert contact["id"] not in addresses.values(), "an address, and no primary one"
        else:
            assert addresses[contact["email"]] == contact["id"]
        _expect_found_by(contact, "name", "email")
    tags = {(row["contact_id"], row["tag"]) for row in rows(ContactTagTable)}
    assert tags == {(each["id"], tag) for each in contacts.values() for tag in each["tags"]}
    user_ids = [row["user_id"] for row in contacts.values() if row["user_id"] is not None]
    assert len(user_ids) == len(set(user_ids))
    merges = rows(ContactMergeTable)
    assert {row["survivor_id"] for row in merges} <= contacts.keys()
    assert not {row["merged_id"] for row in merges} & contacts.keys()


def _expect_companies(rows: _Rows) -> None:
    companies = rows(CompanyTable)
    stages = sorted(rows(StageTable), key=lambda row: row["position"])
    assert [stage["position"] for stage in stages] == list(range(len(stages)))
    assert len({stage["name"].casefold() for stage in stages}) == len(stages)
    for company in companies:
        assert company["stage_id"] in {None, *(stage["id"] for stage in stages)}
        if company["placeholder"]:
            assert company["name"] is None
        else:
            assert company["owner_contact_id"] is None
        _expect_found_by(company, "name", "domain", "external_id")
    held = [row["external_id"] for row in companies if row["external_id"] is not None]
    assert len(held) == len(set(held))


def _expect_found_by(record: Json, *fields: str) -> None:
    """A search looks through the lower-case text of these fields and of no others."""
    told = [record[field].casefold() for field in fields if record[field]]
    assert (record["search_text"] or "").casefold().split("\n") == (told or [""])


def _expect_no_reference_dangles(rows: _Rows) -> None:
    contacts, companies = rows.values(ContactTable, "id"), rows.values(CompanyTable, "id")
    assert rows.values(LinkTable, "contact_id") <= contacts
    assert rows.values(LinkTable, "company_id") <= companies
    assert rows.values(VisitorTable, "contact_id") <= contacts
    assert rows.values(VisitorTable, "active_company_id") <= companies


def _expect_activity_belongs_to_somebody(rows: _Rows) -> None:
    """To a contact's timeline, to a company's activity, or to a visitor without a contact yet."""
    contacts, companies = rows.values(ContactTable, "id"), rows.values(CompanyTable, "id")
    visitors = rows.values(VisitorTable, "visitor_id")
    for row in rows(ActivityTable):
        if row["kind"] in HISTORY:
            continue
        is_unclaimed = row["contact_id"] is None and row["visitor_id"] in visitors
        assert row["contact_id"] in contacts or row["company_id"] in companies or is_unclaimed, row

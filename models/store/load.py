"""Gathers every row that a batch can touch into one working set (DESIGN: gather, decide, apply)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from models.records import ProjectSettings, Stage
from models.rules.identity import effective_email_trust
from models.store.kinds import COMPANIES, CONTACTS, EMAILS, LINKS, VISITORS, Kind, table_of
from models.store.rows import Row, rows_over
from models.tables import ProjectTable, StageTable
from models.working_set import Reach, WorkingSet


@dataclass(slots=True)
class Gathered:
    """The working set, and each row as it was loaded, by kind and key."""

    state: WorkingSet
    rows: dict[Kind, dict[Any, Row]]


def gather(connection: Connection, project_id: str, reach: Reach) -> Gathered:
    """Loads what the operations of a batch reach, in a handful of set-based statements."""
    return _Gathering(connection, project_id).gather(reach)


class _Gathering:
    def __init__(self, connection: Connection, project_id: str) -> None:
        self.connection = connection
        self.project_id = project_id
        self.rows = rows_over(connection, project_id)
        self.state = WorkingSet(settings=_settings(connection, project_id))
        self.state.add_stages(_stages(connection, project_id))
        self.adders: dict[Kind, Callable[[Any], None]] = {
            VISITORS: self.state.add_visitor,
            CONTACTS: self.state.add_contact,
            EMAILS: self.state.add_email,
            COMPANIES: self.state.add_company,
            LINKS: self.state.add_link,
        }
        self.found: dict[Kind, dict[Any, Row]] = {kind: {} for kind in self.adders}

    def gather(self, reach: Reach) -> Gathered:
        state = self.state
        self._fetch(VISITORS, "visitor_id", reach.visitor_ids)
        self._fetch(CONTACTS, "user_id", reach.user_ids)
        self._fetch(EMAILS, "email", reach.emails)
        holders = {row.contact_id for row in state.emails.values()}
        linked = {
            visitor.contact_id
            for visitor in state.visitors.values()
            if visitor.contact_id is not None and visitor.visitor_id in reach.contacts_of
        }
        self._fetch(CONTACTS, "id", (holders | linked) - state.contacts.keys())
        if state.settings.email_trust == "unclaimed":
            self._fetch(VISITORS, "contact_id", holders)
        self._fetch(EMAILS, "contact_id", state.contacts)
        self._gather_companies(reach)
        return Gathered(state, self.found)

    def _gather_companies(self, reach: Reach) -> None:
        state = self.state
        self._fetch(LINKS, "contact_id", state.contacts)
        linked = {company_id for _, company_id in state.links}
        self._fetch(COMPANIES, "id", linked | reach.companies)
        self._fetch(COMPANIES, "external_id", reach.companies - state.companies.keys())
        placeholders = [each.id for each in state.companies.values() if each.placeholder]
        self._fetch(LINKS, "company_id", placeholders)

    def _fetch(self, kind: Kind, column: str, values: Iterable[str]) -> None:
        add, found = self.adders[kind], self.found[kind]
        for row in self.rows.select(kind.table, column, values):
            record = kind.record_of(row)
            key = kind.key_of(record)
            if key not in found:
                found[key] = row
                add(record)


def _settings(connection: Connection, project_id: str) -> ProjectSettings:
    table = table_of(ProjectTable).c
    row = connection.execute(
        select(
            table.stage_update_mode,
            table.identity_verification,
            table.email_trust,
            table.first_linked_fallback,
            table.create_unknown_companies,
        ).where(table.id == project_id)
    ).one()
    return ProjectSettings(
        stage_update_mode=row.stage_update_mode,
        email_trust=effective_email_trust(row.email_trust, row.identity_verification),
        first_linked_fallback=row.first_linked_fallback,
        create_unknown_companies=row.create_unknown_companies,
    )


def _stages(connection: Connection, project_id: str) -> list[Stage]:
    table = table_of(StageTable).c
    found = connection.execute(
        select(table.id, table.name, table.name_key, table.position).where(
            table.project_id == project_id
        )
    )
    return [Stage(*row) for row in found]

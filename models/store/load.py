"""Gathers every row that a batch can touch into one working set (DESIGN: gather, decide, apply).

Waves of look-ups, each a round trip: what the requests name; the contacts behind that; what
belongs to those contacts; the companies.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from models.records import ProjectSettings, Stage
from models.rules.identity import effective_email_trust
from models.store.columns import Row, column_names, table_of
from models.store.kinds import COMPANIES, CONTACTS, EMAILS, LINKS, VISITORS, Kind
from models.store.rows import Rows, Wanted
from models.tables import ProjectTable, StageTable
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet

PROJECTS = table_of(ProjectTable)
STAGES = table_of(StageTable)


@dataclass(slots=True)
class Gathered:
    """The working set, and each row as it was loaded, by kind and key."""

    state: WorkingSet
    rows: dict[Kind, dict[Any, Row]]


@dataclass(frozen=True, slots=True)
class LookUp:
    """The rows of a kind whose column is among the values."""

    kind: Kind
    column: str
    values: Collection[str]

    def wanted(self) -> Wanted:
        return Wanted(self.kind.table, self.column, self.values)


def gather(rows: Rows, reach: Reach) -> Gathered:
    """Loads what the operations of a batch reach, in a handful of round trips."""
    named = [
        LookUp(VISITORS, "visitor_id", reach.visitor_ids),
        LookUp(CONTACTS, "user_id", reach.user_ids),
        LookUp(EMAILS, "email", reach.emails),
        LookUp(COMPANIES, "id", reach.companies),
        LookUp(COMPANIES, "external_id", reach.companies),
    ]
    projects, stages, *found = rows.fetch(
        Wanted(PROJECTS), Wanted(STAGES), *(look_up.wanted() for look_up in named)
    )
    gathering = _Gathering(rows, WorkingSet(settings=_settings(projects[0])))
    gathering.state.add_stages(_stage(row) for row in stages)
    gathering.take(named, found)
    gathering.follow(reach)
    return Gathered(gathering.state, gathering.found)


class _Gathering:
    def __init__(self, rows: Rows, state: WorkingSet) -> None:
        self.rows = rows
        self.state = state
        self.adders: dict[Kind, Callable[[Any], None]] = {
            VISITORS: state.add_visitor,
            CONTACTS: state.add_contact,
            EMAILS: state.add_email,
            COMPANIES: state.add_company,
            LINKS: state.add_link,
        }
        self.found: dict[Kind, dict[Any, Row]] = {kind: {} for kind in self.adders}

    def follow(self, reach: Reach) -> None:
        """From what the requests name to the contacts, and on to their companies."""
        state = self.state
        holders = {row.contact_id for row in state.emails.values()}
        linked = {
            visitor.contact_id
            for visitor in state.visitors.values()
            if visitor.contact_id is not None and visitor.visitor_id in reach.contacts_of
        }
        claimable = holders if state.settings.email_trust == "unclaimed" else set()
        state.complete = claimable | reach.all_visitors_of
        self.fetch(
            LookUp(CONTACTS, "id", (holders | linked) - state.contacts.keys()),
            LookUp(VISITORS, "contact_id", state.complete),
        )
        self.fetch(
            LookUp(EMAILS, "contact_id", state.contacts),
            LookUp(LINKS, "contact_id", state.contacts),
        )
        linked_companies = {company_id for _, company_id in state.links}
        self.fetch(LookUp(COMPANIES, "id", linked_companies - state.companies.keys()))
        placeholders = [each.id for each in state.companies.values() if each.placeholder]
        self.fetch(LookUp(LINKS, "company_id", placeholders))

    def fetch(self, *look_ups: LookUp) -> None:
        """One wave."""
        self.take(look_ups, self.rows.fetch(*(look_up.wanted() for look_up in look_ups)))

    def take(self, look_ups: Sequence[LookUp], answers: Sequence[Sequence[Row]]) -> None:
        """Adds rows to the working set; one that several look-ups find is taken once."""
        for look_up, rows in zip(look_ups, answers, strict=True):
            add, found = self.adders[look_up.kind], self.found[look_up.kind]
            for row in rows:
                key = look_up.kind.key_of_row(row)
                if key not in found:
                    found[key] = row
                    add(look_up.kind.record_of(row))


def _settings(row: Row) -> ProjectSettings:
    project = dict(zip(column_names(PROJECTS), row, strict=True))
    trust = effective_email_trust(project["email_trust"], project["identity_verification"])
    return ProjectSettings(
        stage_update_mode=project["stage_update_mode"],
        email_trust=trust,
        first_linked_fallback=project["first_linked_fallback"],
        create_unknown_companies=project["create_unknown_companies"],
    )


def _stage(row: Row) -> Stage:
    return Stage(**dict(zip(column_names(STAGES), row, strict=True)))

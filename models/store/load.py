"""Gathers every row that a batch can touch into one working set (docs/architecture.md, Gather).

Waves of look-ups, each a round trip: what the requests name; the contacts behind that; what
belongs to those contacts; the companies.
"""

from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from models.records import Project
from models.store.asking import Answers, Asking, answered
from models.store.columns import Row, column_names, table_of
from models.store.kinds import (
    COMPANIES,
    CONTACTS,
    DEAD_LETTERS,
    EMAILS,
    IDENTITY_SECRETS,
    KEYS,
    LINKS,
    MERGES,
    STAGES,
    VISITORS,
    Kind,
)
from models.store.rows import Rows, Wanted
from models.tables import ProjectTable
from models.working_set.project import settings_of
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet

PROJECTS = table_of(ProjectTable)


@dataclass(slots=True)
class Gathered:
    """The working set, and each row as it was loaded: by kind and key, and the project's."""

    state: WorkingSet
    rows: dict[Kind, dict[Any, Row]]
    project: Row


@dataclass(frozen=True, slots=True)
class LookUp:
    """The rows of a kind: all, or those whose column is among the values."""

    kind: Kind
    column: str | None = None
    values: Collection[str] = ()

    def wanted(self) -> Wanted:
        return Wanted(self.kind.table, self.column, self.values)


def gather(rows: Rows, reach: Reach) -> Gathered:
    """Loads what the operations of a batch reach, in a handful of round trips."""
    gathered, _ = answered(rows, gathering(rows.project_id, reach))
    note_use(rows, reach, gathered)
    return gathered


def gathering(
    project_id: str, reach: Reach, questions: Sequence[Wanted] = ()
) -> Asking[tuple[Gathered, Answers]]:
    """Asks for what the operations reach, all but `note_use`.

    Returns it, and the answers to questions that the first of its round trips takes along.
    """
    named = _named(reach)
    answers = yield [*questions, Wanted(PROJECTS), *(look_up.wanted() for look_up in named)]
    projects, *found = answers[len(questions) :]
    project = Project(project_id, **dict(zip(column_names(PROJECTS), projects[0], strict=True)))
    gathering = _Gathering(WorkingSet(project=project, settings=settings_of(project)))
    gathering.take(named, found)
    yield from gathering.follow(reach)
    return Gathered(gathering.state, gathering.found, projects[0]), answers[: len(questions)]


def note_use(rows: Rows, reach: Reach, gathered: Gathered) -> None:
    """Asks which stages are in use, where that matters."""
    if reach.stage_use:
        state = gathered.state
        state.used_stages = rows.used(COMPANIES.table, "stage_id", state.stages)


def _named(reach: Reach) -> list[LookUp]:
    look_ups = [
        LookUp(STAGES),
        LookUp(VISITORS, "visitor_id", reach.visitor_ids),
        LookUp(CONTACTS, "user_id", reach.user_ids),
        LookUp(CONTACTS, "id", reach.contacts),
        LookUp(MERGES, "merged_id", reach.contacts),
        LookUp(EMAILS, "email", reach.emails),
        LookUp(COMPANIES, "id", reach.companies),
        LookUp(COMPANIES, "external_id", reach.companies),
        LookUp(KEYS, "id", reach.keys),
        LookUp(DEAD_LETTERS, "operation_id", reach.dead_letters),
    ]
    if reach.identity_secrets:
        look_ups.append(LookUp(IDENTITY_SECRETS))
    return look_ups


class _Gathering:
    def __init__(self, state: WorkingSet) -> None:
        self.state = state
        self.adders: dict[Kind, Callable[[Any], None]] = {
            VISITORS: state.add_visitor,
            CONTACTS: state.add_contact,
            MERGES: state.add_merge,
            EMAILS: state.add_email,
            COMPANIES: state.add_company,
            LINKS: state.add_link,
            STAGES: state.add_stage,
            KEYS: state.add_key,
            IDENTITY_SECRETS: state.add_identity_secret,
            DEAD_LETTERS: state.add_dead_letter,
        }
        self.found: dict[Kind, dict[Any, Row]] = {kind: {} for kind in self.adders}

    def follow(self, reach: Reach) -> Generator[Sequence[Wanted], Answers, None]:
        """From what the requests name to the contacts, and on to their companies."""
        state = self.state
        holders = {row.contact_id for row in state.emails.values()}
        survivors = set(state.survivors.values())
        linked = {
            visitor.contact_id
            for visitor in state.visitors.values()
            if visitor.contact_id is not None and visitor.visitor_id in reach.contacts_of
        }
        claimable = holders if state.settings.email_trust == "unclaimed" else set()
        state.complete = claimable | reach.all_visitors_of
        yield from self.fetch(
            LookUp(CONTACTS, "id", (holders | linked | survivors) - state.contacts.keys()),
            LookUp(VISITORS, "contact_id", state.complete),
        )
        yield from self.fetch(
            LookUp(EMAILS, "contact_id", state.contacts),
            LookUp(LINKS, "contact_id", state.contacts),
        )
        linked_companies = {company_id for _, company_id in state.links}
        yield from self.fetch(LookUp(COMPANIES, "id", linked_companies - state.companies.keys()))
        state.complete_companies = {
            each.id
            for each in state.companies.values()
            if each.placeholder or not reach.all_links_of.isdisjoint((each.id, each.external_id))
        }
        yield from self.fetch(LookUp(LINKS, "company_id", state.complete_companies))

    def fetch(self, *look_ups: LookUp) -> Generator[Sequence[Wanted], Answers, None]:
        """One wave."""
        answers = yield [look_up.wanted() for look_up in look_ups]
        self.take(look_ups, answers)

    def take(self, look_ups: Sequence[LookUp], answers: Sequence[Sequence[Row]]) -> None:
        """Adds rows to the working set; one that several look-ups find is taken once."""
        for look_up, rows in zip(look_ups, answers, strict=True):
            add, found = self.adders[look_up.kind], self.found[look_up.kind]
            for row in rows:
                key = look_up.kind.key_of_row(row)
                if key not in found:
                    found[key] = row
                    add(look_up.kind.record_of(row))

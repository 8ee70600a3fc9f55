"""Saves the difference between the rows as loaded and as the operations left them."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import Any

from models.store import sweepings, tags
from models.store.columns import Difference, Row, column_names
from models.store.kinds import (
    ACTIVITY,
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
from models.store.load import PROJECTS, Gathered
from models.store.writes import Writes
from models.working_set.journal import Journal
from models.working_set.state import Sweeping, SweptValue

_PROJECT_ROW = attrgetter(*column_names(PROJECTS))

# What is gone for good may have rows of any age: it is not asked whether it was stored.
_SOURCES: dict[str, Kind] = {
    "claim_activity": VISITORS,
    "activity_to_contact": CONTACTS,
    "merges_to_contact": CONTACTS,
    "active_company_of_contact": CONTACTS,
    "events_to_company": COMPANIES,
    "active_company_gone": COMPANIES,
    "record_stage_changed": STAGES,
    "companies_to_stage": STAGES,
    "revoke_key": KEYS,
}


def save(rows: Writes, gathered: Gathered) -> None:
    """Writes everything set-based, and notes it as stored: what follows is a difference to it.

    References between the tables are checked at commit. Unique values that their rows give up are
    emptied first, so that others can take them.
    """
    state, differences = gathered.state, _differences(gathered)
    for kind, (_, changed, _) in differences.items():
        _give_up_unique_values(rows, kind, gathered.rows[kind], changed)
    swept = _of_stored_rows(gathered)
    _park_stages(rows, differences[STAGES][1])
    sweepings.move(rows, swept)
    for kind, (_, _, gone) in differences.items():
        rows.delete(kind.table, [kind.key_row(row) for row in gone])
    for kind, (added, changed, _) in differences.items():
        rows.insert(kind.table, kind.written(added))
        rows.update(kind.table, kind.written(changed))
    tags.save(rows, gathered.rows[CONTACTS], differences[CONTACTS])
    _save_project(rows, gathered)
    rows.insert(MERGES.table, [MERGES.row_of(merge) for merge in state.merges.values()])
    rows.insert(ACTIVITY.table, [ACTIVITY.row_of(row) for row in state.activity.values()])
    sweepings.remove(rows, swept)
    _note_stored(gathered, differences)


def _differences(gathered: Gathered) -> dict[Kind, Difference]:
    """What is new, changed and gone since the last time, of each kind that can be all three."""
    state = gathered.state
    current: dict[Kind, dict[Any, Any]] = {
        CONTACTS: state.contacts,
        EMAILS: state.emails,
        COMPANIES: state.companies,
        LINKS: state.links,
        VISITORS: state.visitors,
        STAGES: state.stages,
        IDENTITY_SECRETS: state.identity_secrets,
        DEAD_LETTERS: state.dead_letters,
        KEYS: state.keys,
    }
    touched = _touched(state.journal, current)
    # A replayed letter goes without a change of its operation's own.
    touched[DEAD_LETTERS] |= gathered.rows[DEAD_LETTERS].keys() - state.dead_letters.keys()
    differences = {
        kind: difference(kind, gathered.rows[kind], records, touched[kind])
        for kind, records in current.items()
    }
    # A stored key only changes by statements that leave its last use to the edges.
    differences[KEYS] = (differences[KEYS][0], [], [])
    return differences


def _park_stages(rows: Writes, changed: list[Row]) -> None:
    """Clears the positions and names that stages are about to exchange.

    Both databases check them row by row: below all others, and with a name that starts with a
    blank, there is room.
    """
    parked = [
        replace(STAGES.record_of(row), position=-1 - place) for place, row in enumerate(changed)
    ]
    for stage in parked:
        stage.name_key = f" {stage.id}"
    rows.update(STAGES.table, [STAGES.row_of(stage) for stage in parked])


def _save_project(rows: Writes, gathered: Gathered) -> None:
    now = _PROJECT_ROW(gathered.state.project)
    if now != gathered.project:
        rows.update(PROJECTS, [now])
        gathered.project = now


def _note_stored(gathered: Gathered, differences: dict[Kind, Difference]) -> None:
    for kind, (added, changed, gone) in differences.items():
        stored = gathered.rows[kind]
        for row in (*added, *changed):
            stored[kind.key_of_row(row)] = row
        for row in gone:
            del stored[kind.key_of_row(row)]
    gathered.state.is_stored()


def _touched(journal: Journal, tables: dict[Kind, dict[Any, Any]]) -> dict[Kind, set[Any]]:
    """The keys of all records that came, went or changed since the last time."""
    touched: dict[Kind, set[Any]] = {kind: set() for kind in tables}
    of_table = {id(table): touched[kind] for kind, table in tables.items()}
    of_record = {kind.record: (kind.key_of, touched[kind]) for kind in tables}
    for target, key, _ in chain(journal.kept, journal.entries):
        if (keys := of_table.get(id(target))) is not None:
            keys.add(key)
        elif (record := of_record.get(type(target))) is not None:
            key_of, keys = record
            keys.add(key_of(target))
    return touched


def difference(
    kind: Kind, loaded: dict[Any, Row], records: dict[Any, Any], keys: Iterable[Any]
) -> Difference:
    """Of these keys the rows that are new, changed and gone, each sorted (as locks are taken)."""
    now = {key: kind.row_of(records[key]) for key in keys if key in records}
    added = [row for key, row in now.items() if key not in loaded]
    changed = [
        row for key, row in now.items() if key in loaded and _differs(kind, loaded[key], row)
    ]
    gone = [loaded[key] for key in keys if key in loaded and key not in now]
    for rows in (added, changed, gone):
        rows.sort(key=kind.key_of_row)
    return added, changed, gone


def _differs(kind: Kind, before: Row, after: Row) -> bool:
    """Documents differ when they are other objects: to Python, 1 and true are equal."""
    return before != after or any(before[at] is not after[at] for at in kind.documents)


def _give_up_unique_values(
    rows: Writes, kind: Kind, loaded: dict[Any, Row], changed: list[Row]
) -> None:
    at = kind.unique_position
    if at is None:
        return
    given_up = [row for row in changed if loaded[kind.key_of_row(row)][at] not in (None, row[at])]
    rows.empty(kind.table, column_names(kind.table)[at], [kind.key_row(row) for row in given_up])


def _of_stored_rows(gathered: Gathered) -> list[Sweeping]:
    """Leaves out what only concerns rows that this batch itself made.

    Stored rows may have come to a record of this batch's by an earlier sweeping.
    """
    kept: list[Sweeping] = []
    reached: set[SweptValue] = set()
    for each in gathered.state.sweepings:
        kind = _SOURCES.get(each.statement)
        if kind is None or each.source in gathered.rows[kind] or each.source in reached:
            kept.append(each)
            reached.update(value for value in each.values if isinstance(value, str))
    return kept

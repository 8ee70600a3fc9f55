"""What an operation changed, read off the journal (contract §4: `unchanged`, receipts' changes)."""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from models import compact_json
from models.documents.times import iso_time
from models.records import (
    Company,
    Contact,
    ContactEmail,
    DeadLetter,
    IdentitySecret,
    Key,
    Link,
    Project,
    Stage,
    Visitor,
)
from models.rules.merge_patch import same_json
from models.rules.metadata_limits import is_record_too_large
from models.working_set.journal import MISSING
from models.working_set.state import WorkingSet

Change = dict[str, Any]

KINDS: dict[type, tuple[str, str]] = {
    Visitor: ("visitor", "visitor_id"),
    Contact: ("contact", "id"),
    ContactEmail: ("contact_email", "email"),
    Company: ("company", "id"),
    Link: ("link", "company_id"),
    Project: ("project", "id"),
    Stage: ("stage", "id"),
    Key: ("key", "id"),
    IdentitySecret: ("identity_secret", "id"),
    DeadLetter: ("dead_letter", "operation_id"),
}
UNTOLD = frozenset(
    (
        "age_rank",
        "created_at_ms",
        "digest",
        "envelope",
        "last_used_at_ms",
        "last_verified_at_ms",
        "name_key",
        "owner_contact_id",
        "secret",
        "slot",
        "updated_at_ms",
    )
)
"""What a receipt has no word for, or must not show."""


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    # Of a single name attrgetter gives the bare value.
    return attrgetter(*names) if len(names) > 1 else lambda record: (getattr(record, names[0]),)


TOLD = {kind: [f.name for f in fields(kind) if f.name not in UNTOLD] for kind in KINDS}
TOLD_OF = {kind: _getter(names) for kind, names in TOLD.items()}
RENAMED = {
    kind: frozenset(name for name in names if name == "stage_id" or name.endswith("_at_ms"))
    for kind, names in TOLD.items()
}
"""Fields that the contract names or writes in another way than they are stored."""
DOCUMENTS = frozenset(("metadata", "properties"))


def metadata_fits(state: WorkingSet) -> bool:
    """Whether each record whose metadata the operation changed stays within its limit (§3)."""
    return not any(
        is_record_too_large(len(compact_json.encode(getattr(target, key))))
        for target, key, _ in state.journal.entries
        if key in DOCUMENTS and type(target) in KINDS
    )


def settle(state: WorkingSet) -> list[Change]:
    """The net changes since `begin`, as rows `record`, `id`, `pointer`, `before`, `after`.

    A record that came or went whole has the pointer "". Stamps `updated_at_ms` of what changed.
    """
    tables = state.tables
    rows: dict[tuple[int, Any], tuple[Any, Any]] = {}
    touched: dict[tuple[int, str], tuple[Any, Any]] = {}
    for target, key, before in state.journal.entries:
        identity = id(target)
        if identity in tables:
            rows.setdefault((identity, key), (target, before))
        elif type(target) in KINDS:
            touched.setdefault((identity, key), (target, before))
    changes: list[Change] = []
    whole: set[int] = set()
    for (_, key), (table, before) in rows.items():
        after = table.get(key, MISSING)
        if before is not after:
            if before is not MISSING:
                changes.append(_row(before, "", _values(state, before), None))
                whole.add(id(before))
            if after is not MISSING:
                changes.append(_row(after, "", None, _values(state, after)))
                whole.add(id(after))
    for (identity, name), (record, before) in touched.items():
        if identity not in whole:
            changes += _field_changes(state, record, name, before)
    return changes


def _field_changes(state: WorkingSet, record: Any, name: str, before: Any) -> list[Change]:
    if name in UNTOLD or _is_of_another_visitor(state, record, name):
        # Nobody could tell why `updated_at` moved.
        return []
    after = getattr(record, name)
    if name in DOCUMENTS:
        changes = _document_changes(record, name, before, after)
        if not changes:
            setattr(record, name, before)
    else:
        changes = [] if before == after else [_told_change(state, record, name, before, after)]
    if changes and hasattr(record, "updated_at_ms"):
        record.updated_at_ms = max(record.updated_at_ms, state.occasion.accepted_at_ms)
    return changes


def _is_of_another_visitor(state: WorkingSet, record: Any, name: str) -> bool:
    """Whether it is the active company of a visitor that did not ask.

    A fold or a deletion may change any number of them, and most are not loaded: a receipt tells
    of none, whatever else was in the batch.
    """
    return name == "active_company_id" and record.visitor_id != state.occasion.visitor_id


def _told_change(state: WorkingSet, record: Any, name: str, before: Any, after: Any) -> Change:
    member, was = _told(state, name, before)
    return _row(record, f"/{member}", was, _told(state, name, after)[1])


def _told(state: WorkingSet, name: str, value: Any) -> tuple[str, Any]:
    """A field in the contract's name and form, but for deal values, which stay exact counts."""
    if name == "stage_id":
        return "stage", None if value is None else state.stages[value].name
    if name.endswith("_at_ms"):
        return name.removesuffix("_ms"), None if value is None else iso_time(value)
    return name, value


def _document_changes(
    record: Any, name: str, before: dict[str, Any], after: dict[str, Any]
) -> list[Change]:
    changes = []
    for key in before | after:
        old, new = before.get(key), after.get(key)
        if old is not new and not same_json(old, new):
            token = key.replace("~", "~0").replace("/", "~1")
            changes.append(_row(record, f"/{name}/{token}", old, new))
    return changes


def _row(record: Any, pointer: str, before: Any, after: Any) -> Change:
    kind, key = KINDS[type(record)]
    return {
        "record": kind,
        "id": getattr(record, key),
        "pointer": pointer,
        "before": before,
        "after": after,
    }


def _values(state: WorkingSet, record: Any) -> dict[str, Any]:
    """A whole record, without its empty fields."""
    kind = type(record)
    told = zip(TOLD[kind], TOLD_OF[kind](record), strict=True)
    # Most have a value, and show it without being compared.
    values = {name: value for name, value in told if value or value not in (None, {}, [])}
    for name in RENAMED[kind]:
        if name in values:
            member, shown = _told(state, name, values.pop(name))
            values[member] = shown
    return values

"""What account routes show, held against the model (contract §11)."""

import json
from collections.abc import Iterable, Sequence
from typing import TypeVar
from urllib.parse import quote

from tests.acceptance.account.backend import Backend
from tests.model.comparing import expect_same, shown
from tests.model.documents import company_document, contact_document, iso, stage_document
from tests.model.state import Json, Row, State

T = TypeVar("T")


def expect_read(backend: Backend, state: State) -> None:
    """Raises AssertionError where a list or a single read says something else."""
    contacts = [contact_document(state, each) for each in _newest_first(state.contacts)]
    companies = [company_document(each) for each in _newest_first(state.companies)]
    stages = [stage_document(state, each) for each in state.stages]
    expect_same(
        {
            "contacts": _items(backend, "/api/contacts?limit=200"),
            "companies": _items(backend, "/api/companies?limit=200"),
            "stages": _items(backend, "/api/stages"),
        },
        {
            "contacts": [shown(each) for each in contacts],
            "companies": [shown(each) for each in companies],
            "stages": stages,
        },
    )
    for old, now in state.merged.items():
        assert backend.get(f"/api/contacts/{old}").body["id"] == now
    for visitor in state.visitors.values():
        answer = backend.get(f"/api/visitors/{quote(visitor.visitor_id, safe='')}")
        assert answer.body == vars(visitor)
    for contact_id in state.contacts:
        rows = [row for row in state.activity if row.contact_id == contact_id]
        _expect_rows(backend, f"/api/contacts/{contact_id}/timeline", rows)
    for company_id in state.companies:
        rows = [row for row in state.activity if row.company_id == company_id]
        _expect_rows(backend, f"/api/companies/{company_id}/activity", rows)


def _newest_first(records: dict[str, T]) -> list[T]:
    return [records[key] for key in sorted(records, reverse=True)]


def _items(backend: Backend, path: str) -> list[Json | None]:
    answer = backend.get(path)
    assert (answer.status, answer.body["next_cursor"]) == (200, None)
    return [shown(each) for each in answer.body["items"]]


def _expect_rows(backend: Backend, path: str, rows: Sequence[Row]) -> None:
    """By time of happening, then by acceptance; rows of one operation have no order."""
    read = backend.get(f"{path}?limit=200").body["items"]
    moments = [(row["occurred_at"], row["operation_id"]) for row in read]
    assert moments == sorted(moments, reverse=True)
    fields = ("kind", "operation_id", "occurred_at")
    told = ({field: row[field] for field in fields} for row in read)
    wanted = (
        {"kind": row.kind, "operation_id": row.operation_id, "occurred_at": iso(row.occurred_at_ms)}
        for row in rows
    )
    expect_same({"rows": _sorted(told)}, {"rows": _sorted(wanted)})


def _sorted(rows: Iterable[Json]) -> list[Json]:
    return sorted(rows, key=json.dumps)

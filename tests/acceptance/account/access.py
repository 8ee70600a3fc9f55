"""What it takes to ask every route for something: a request each, and records to ask for.

A new route needs a line in `REQUESTS`: the body of a request that a caller who may make it makes.
"""

import re
import time
from typing import Any

from sqlalchemy import insert

from ingest_api.endpoint import RouteEntry
from ingest_api.families import Family
from models.tables import (
    DeadLetterTable,
    IdentitySecretTable,
    KeyTable,
    OperationTable,
    StageTable,
)
from tests.acceptance.project import Project
from workers.mailbox.envelope import Envelope
from workers.mailbox.post import new_nonce

Json = dict[str, Any]

VISITOR: Json = {"visitor_id": "v1"}
REQUESTS: dict[str, Json | None] = {
    "POST /api/widget/identify": VISITOR,
    "POST /api/widget/track": VISITOR | {"name": "login"},
    "POST /api/widget/set-properties": VISITOR | {"properties": {}},
    "POST /api/widget/set-stage": VISITOR | {"stage_name": "Lead"},
    "POST /api/widget/set-deal": VISITOR | {"deal_value": 5},
    "POST /api/widget/batch": {"operations": []},
    "GET /api/widget/operations/{operation_id}": None,
    "POST /api/batch": {"operations": []},
    "GET /api/contacts": None,
    "POST /api/contacts": {},
    "GET /api/contacts/{contact_id}": None,
    "PATCH /api/contacts/{contact_id}": {"name": "Bob"},
    "DELETE /api/contacts/{contact_id}": None,
    "GET /api/contacts/{contact_id}/timeline": None,
    "PUT /api/contacts/{contact_id}/companies/{company_id}": None,
    "DELETE /api/contacts/{contact_id}/companies/{company_id}": None,
    "GET /api/companies": None,
    "POST /api/companies": {},
    "GET /api/companies/{company_id}": None,
    "PATCH /api/companies/{company_id}": {"name": "Bob"},
    "DELETE /api/companies/{company_id}": None,
    "GET /api/companies/{company_id}/activity": None,
    "GET /api/visitors/{visitor_id}": None,
    "GET /api/stages": None,
    "POST /api/stages": {"name": "Lost"},
    "PUT /api/stages": {"stages": [{"name": "Lead"}]},
    "PATCH /api/stages/{stage_id}": {"name": "First"},
    "DELETE /api/stages/{stage_id}": None,
    "GET /api/project": None,
    "PATCH /api/project": {"name": "Renamed"},
    "GET /api/project/keys": None,
    "POST /api/project/keys": {"kind": "api"},
    "DELETE /api/project/keys/{key_id}": None,
    "GET /api/project/identity-secrets": None,
    "POST /api/project/identity-secrets": {},
    "DELETE /api/project/identity-secrets/{secret_id}": None,
    "GET /api/operations": None,
    "GET /api/operations/{operation_id}": None,
    "GET /api/dead-letters": None,
    "GET /api/dead-letters/{dead_letter_id}": None,
    "POST /api/dead-letters/{dead_letter_id}/replay": None,
    "DELETE /api/dead-letters/{dead_letter_id}": None,
    "GET /api/v1/contacts": None,
    "POST /api/v1/contacts": {},
    "GET /api/v1/contacts/{contact_id}": None,
    "PATCH /api/v1/contacts/{contact_id}": {"name": "Bob"},
    "GET /api/v1/operations/{operation_id}": None,
    "GET /healthz": None,
    "GET /livez": None,
    "GET /readyz": None,
    "GET /metrics": None,
    "GET /openapi.json": None,
    "GET /docs": None,
    "GET /docs/assets/{version}/{name}": None,
}
NOBODYS = {
    "contact_id": "con_" + "0" * 32,
    "company_id": "com_" + "0" * 32,
    "stage_id": "stg_" + "0" * 32,
    "key_id": "key_" + "0" * 32,
    "secret_id": "sec_" + "0" * 32,
    "operation_id": "op_" + "0" * 32,
    "dead_letter_id": "op_" + "0" * 32,
    "visitor_id": "nobody",
}
"""Ids that no record has, by the parameter of a path."""


def request_of(entry: RouteEntry) -> str:
    """A route's line in `REQUESTS`."""
    return f"{entry.method} {_plain(entry.path)}"


def path_of(entry: RouteEntry, ids: dict[str, str]) -> str:
    """The route's path with these ids in it."""
    return _plain(entry.path).format_map(ids)


def _plain(path: str) -> str:
    return re.sub(r":\w+\}", "}", path)


def make_records(project: Project, family: Family) -> dict[str, str]:
    """Make a record of every kind, past the routes; ids by the parameter of a path.

    The operation is one that a caller of this family asked for.
    """
    identified = project.post("identify", VISITOR | {"user_id": "u1"}, Prefer="wait=20")
    assert identified.status == 200, identified.body
    operation_id = identified.operation_id
    if family == "v1":
        project.change(OperationTable, {"caller": "api"}, id=operation_id)
    project.import_contact("con_own")
    return {
        "contact_id": "con_own",
        "company_id": project.add_company("acme", "Acme"),
        "stage_id": _first(project, StageTable, position=3),
        "key_id": _first(project, KeyTable, kind="publishable"),
        "secret_id": _first(project, IdentitySecretTable),
        "operation_id": operation_id,
        "dead_letter_id": set_aside(project, "identify", VISITOR),
        "visitor_id": "v1",
    }


def _first(project: Project, model: Any, **where: object) -> str:
    return next(
        str(row["id"])
        for row in project.rows(model)
        if all(row[name] == value for name, value in where.items())
    )


def set_aside(project: Project, operation_type: str, payload: Json, number: int = 1) -> str:
    """Store a dead letter, as a drain does with what fails by itself; return its id."""
    operation_id = f"op_{number:032x}"
    envelope = Envelope(new_nonce(), operation_type, "publishable", payload, "")
    letter = DeadLetterTable(
        project_id=project.id,
        operation_id=operation_id,
        type=operation_type,
        envelope=envelope.as_document(),
        reason="ValueError",
        failed_at_ms=time.time_ns() // 1_000_000,
    )
    project.write(lambda c: c.execute(insert(DeadLetterTable).values(letter.model_dump())))
    return operation_id

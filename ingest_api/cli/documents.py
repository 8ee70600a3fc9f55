"""How stored values read on the command line: the names and forms of the HTTP answers (§11)."""

import time
from dataclasses import fields
from typing import Any

from models.documents.exact import deal_value_shown
from models.documents.times import iso_time
from models.provisioning.projects import Project


def now_ms() -> int:
    """This moment in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def document_of(value: Any) -> dict[str, Any]:
    """A provisioning value (a dataclass) as JSON values: times as ISO 8601, amounts exact."""
    return dict(_member(field.name, getattr(value, field.name)) for field in fields(value))


def _member(name: str, value: Any) -> tuple[str, Any]:
    if name.endswith("_at_ms"):
        return name.removesuffix("_ms"), None if value is None else iso_time(value)
    if name == "deal_value_e4":
        return "deal_value", deal_value_shown(value)
    return name, value


def project_document(project: Project) -> dict[str, Any]:
    """A project, flat as in `GET /api/project`, with its id under the name that requests use."""
    told = document_of(project)
    return {"project_id": told.pop("id"), **told}

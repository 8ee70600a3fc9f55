"""The project and its pipeline as account routes show them (contract §11)."""

from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select

from models.documents.project import project_document
from models.documents.stage import stage_document
from models.queries.page import Found, Page
from models.records import Project, Stage
from models.store.columns import table_of
from models.tables import ProjectTable, StageTable

_PROJECTS = table_of(ProjectTable)
_STAGES = table_of(StageTable).c


def find_project(connection: Connection, project_id: str) -> dict[str, Any] | None:
    """The project's document with its settings."""
    found = connection.execute(select(_PROJECTS).where(_PROJECTS.c.id == project_id))
    row = found.mappings().one_or_none()
    return None if row is None else project_document(Project(**row))


def list_stages(connection: Connection, project_id: str, page: Page[int]) -> Found[int]:
    """The pipeline in its order, behind a position."""
    wanted = select(_STAGES.id, _STAGES.name, _STAGES.name_key, _STAGES.position).where(
        _STAGES.project_id == project_id
    )
    if page.after is not None:
        wanted = wanted.where(_STAGES.position > page.after)
    found = connection.execute(wanted.order_by(_STAGES.position).limit(page.read_limit))
    stages = [Stage(*row) for row in found]
    return page.of(stages, stage_document, attrgetter("position"))

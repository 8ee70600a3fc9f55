"""Projects: made with their keys, shown, and their settings changed (contract §2, §11)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.operations.invalid_request import field_fault
from models.operations.project_settings import ProjectSettingsUpdate, new_project_settings
from models.provisioning.identity_secrets import create_identity_secret
from models.provisioning.keys import create_key
from models.provisioning.project_row import MAILBOXES, PROJECTS, lock_project
from models.provisioning.refusals import ProjectIdTaken, project_not_found
from models.provisioning.stages import set_stages
from models.rules.identity import effective_email_trust
from models.rules.project_id import is_project_id


@dataclass(frozen=True, slots=True)
class CreatedProject:
    """A new project and its credentials, which are known only now."""

    project_id: str
    publishable_key: str = field(repr=False)
    secret_token: str = field(repr=False)
    api_key: str = field(repr=False)
    identity_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Project:
    """A project and its settings (§11); `email_trust` is the one in force, times in epoch ms."""

    id: str
    name: str
    stage_update_mode: str
    identity_verification: str
    verify_all_writes: bool
    require_token_expiry: bool
    email_trust: str
    require_publishable_key: bool
    allowed_origins: list[str]
    allow_widget_exact: bool
    first_linked_fallback: bool
    create_unknown_companies: bool
    rate_limits: dict[str, Any]
    created_at_ms: int
    updated_at_ms: int


def create_project(
    connection: Connection,
    project_id: str | None,
    name: str,
    stages: Sequence[str],
    now_ms: int,
) -> CreatedProject:
    """Makes a project with default settings, its pipeline, one key of each kind and one identity
    secret. Without an id it gets a random one. Raises ProjectIdTaken, InvalidRequest.
    """
    project_id = f"proj_{secrets.token_hex(8)}" if project_id is None else project_id
    if not is_project_id(project_id):
        raise field_fault("/project_id", "1 to 64 letters, digits, underscores or hyphens.")
    _insert_project(connection, project_id, name, now_ms)
    set_stages(connection, project_id, stages)
    return CreatedProject(
        project_id=project_id,
        publishable_key=create_key(connection, project_id, "publishable", None, now_ms).printed,
        secret_token=create_key(connection, project_id, "secret", None, now_ms).printed,
        api_key=create_key(connection, project_id, "api", None, now_ms).printed,
        identity_secret=create_identity_secret(connection, project_id, now_ms).printed,
    )


def _insert_project(connection: Connection, project_id: str, name: str, now_ms: int) -> None:
    row = new_project_settings(name) | {
        "id": project_id,
        "created_at_ms": now_ms,
        "updated_at_ms": now_ms,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(PROJECTS).values(row))
    except IntegrityError:
        raise ProjectIdTaken(project_id) from None
    connection.execute(insert(MAILBOXES).values(project_id=project_id, sequence=0))


def oldest_project_id(connection: Connection) -> str | None:
    """The project that was made first; None where there is no project at all."""
    oldest_first = select(PROJECTS.c.id).order_by(PROJECTS.c.created_at_ms, PROJECTS.c.id)
    found: str | None = connection.execute(oldest_first.limit(1)).scalar_one_or_none()
    return found


def list_projects(connection: Connection) -> list[Project]:
    """All projects, newest first."""
    newest_first = (PROJECTS.c.created_at_ms.desc(), PROJECTS.c.id)
    rows = connection.execute(select(*_columns()).order_by(*newest_first))
    return [_project(row) for row in rows]


def show_project(connection: Connection, project_id: str) -> Project:
    """One project. Raises NotFound."""
    wanted = select(*_columns()).where(PROJECTS.c.id == project_id)
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise project_not_found(project_id)
    return _project(row)


def update_project(
    connection: Connection, project_id: str, wanted: ProjectSettingsUpdate, now_ms: int
) -> Project:
    """Changes the given settings and no others; returns the project as it then is. Raises
    NotFound.

    Edges take the change over within their cache's life (`PROJECT_CACHE_TTL_S`).
    """
    # A drain that was changing other settings meanwhile would write the row as it read it.
    lock_project(connection, project_id)
    changes = wanted.given()
    if changes:
        connection.execute(
            update(PROJECTS)
            .where(PROJECTS.c.id == project_id)
            .values(**changes, updated_at_ms=now_ms)
        )
    return show_project(connection, project_id)


def _columns() -> list[Any]:
    return [PROJECTS.c[column.name] for column in fields(Project)]


def _project(row: Any) -> Project:
    values = dict(row._mapping)
    values["email_trust"] = effective_email_trust(
        values["email_trust"], values["identity_verification"]
    )
    return Project(**values)

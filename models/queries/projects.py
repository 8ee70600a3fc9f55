"""What the edge must know of a project before it enqueues anything (contract §2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from models.operations.credentials import KeyKind
from models.store.columns import table_of
from models.tables import IdentitySecretTable, KeyTable, ProjectTable

_PROJECTS = table_of(ProjectTable).c
_KEYS = table_of(KeyTable).c
_SECRETS = table_of(IdentitySecretTable).c


@dataclass(frozen=True, slots=True)
class EdgeProject:
    """The settings by which the edge judges; `identity_secrets` are (id, secret), oldest first.

    `rate_limits` has the project's own token buckets, as `PATCH /api/project` takes them.
    """

    id: str
    identity_verification: str
    verify_all_writes: bool
    require_token_expiry: bool
    require_publishable_key: bool
    allow_widget_exact: bool
    allowed_origins: tuple[str, ...]
    identity_secrets: tuple[tuple[str, str], ...] = field(repr=False)
    rate_limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiveKey:
    """A key that is not revoked; `digest` is its SHA-256 in hex."""

    id: str
    kind: KeyKind
    project_id: str
    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one read found: live keys by digest, and the projects asked for or holding those."""

    keys: dict[str, LiveKey]
    projects: dict[str, EdgeProject]


def find_credentials(
    connection: Connection, digests: Collection[str], project_ids: Collection[str]
) -> Credentials:
    """The live keys with these digests, these projects, and those of the keys."""
    keys = _live_keys(connection, digests) if digests else {}
    wanted = {*project_ids, *(key.project_id for key in keys.values())}
    return Credentials(keys, _projects(connection, wanted) if wanted else {})


def _live_keys(connection: Connection, digests: Collection[str]) -> dict[str, LiveKey]:
    found = connection.execute(
        select(_KEYS.id, _KEYS.kind, _KEYS.project_id, _KEYS.digest).where(
            _KEYS.digest.in_(list(digests)), _KEYS.revoked_at_ms.is_(None)
        )
    )
    return {row.digest: LiveKey(*row) for row in found}


def _projects(connection: Connection, project_ids: Collection[str]) -> dict[str, EdgeProject]:
    secrets: dict[str, list[tuple[str, str]]] = {}
    for project_id, secret_id, secret in connection.execute(
        select(_SECRETS.project_id, _SECRETS.id, _SECRETS.secret)
        .where(_SECRETS.project_id.in_(list(project_ids)))
        .order_by(_SECRETS.created_at_ms)
    ):
        secrets.setdefault(project_id, []).append((secret_id, secret))
    found = connection.execute(
        select(
            _PROJECTS.id,
            _PROJECTS.identity_verification,
            _PROJECTS.verify_all_writes,
            _PROJECTS.require_token_expiry,
            _PROJECTS.require_publishable_key,
            _PROJECTS.allow_widget_exact,
            _PROJECTS.allowed_origins,
            _PROJECTS.rate_limits,
        ).where(_PROJECTS.id.in_(list(project_ids)))
    )
    return {
        row.id: EdgeProject(
            *row[:-2],
            tuple(row.allowed_origins),
            tuple(secrets.get(row.id, ())),
            row.rate_limits,
        )
        for row in found
    }

"""Keys: shown once, stored as a digest, listed and revoked (contract §2)."""

import hashlib
import secrets
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select, update

from models.operations.credentials import KeyKind
from models.operations.names import read_name
from models.operations.readers import NAME_LIMIT_CHARS
from models.provisioning.project_row import require_project
from models.provisioning.refusals import NotFound
from models.provisioning.row_ids import row_id
from models.store.columns import table_of
from models.tables import KeyTable

KEY_BYTES = 32
PREFIX_CHARS = 11
"""The readable prefix of a key: its kind and eight of its 43 characters."""

_KEYS = table_of(KeyTable)
_KEY_STARTS: dict[KeyKind, str] = {"publishable": "pk_", "secret": "sk_", "api": "ak_"}


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it can be listed; times in epoch milliseconds."""

    id: str
    kind: str
    prefix: str
    label: str | None
    created_at_ms: int
    last_used_at_ms: int | None = None
    revoked_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the one moment in which it is known as a whole."""

    key: Key
    printed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintedKey:
    """A key that was just made: as it is shown this once, and what is stored of it."""

    prefix: str
    printed: str = field(repr=False)
    digest: str = field(repr=False)


def key_digest(printed: str) -> str:
    """What is stored of a key: SHA-256 as hex; the key is random, so it needs no salt."""
    return hashlib.sha256(printed.encode("utf-8", "surrogatepass")).hexdigest()


def new_key(kind: KeyKind) -> PrintedKey:
    """A key of random bytes; nothing is stored yet."""
    printed = _KEY_STARTS[kind] + secrets.token_urlsafe(KEY_BYTES)
    return PrintedKey(printed[:PREFIX_CHARS], printed, key_digest(printed))


def create_key(
    connection: Connection, project_id: str, kind: KeyKind, label: str | None, now_ms: int
) -> NewKey:
    """Makes a key. Raises NotFound for the project, InvalidRequest for the label."""
    require_project(connection, project_id)
    new = new_key(kind)
    key = Key(
        id=row_id("key", now_ms),
        kind=kind,
        prefix=new.prefix,
        label=None if label is None else read_name(label, "/label", NAME_LIMIT_CHARS),
        created_at_ms=now_ms,
    )
    connection.execute(
        insert(_KEYS).values(
            project_id=project_id,
            id=key.id,
            kind=key.kind,
            prefix=key.prefix,
            label=key.label,
            digest=new.digest,
            created_at_ms=now_ms,
        )
    )
    return NewKey(key, new.printed)


def list_keys(connection: Connection, project_id: str) -> list[Key]:
    """All keys of the project, revoked ones too, newest first. Raises NotFound."""
    require_project(connection, project_id)
    columns = [_KEYS.c[name] for name in Key.__dataclass_fields__]
    wanted = select(*columns).where(_KEYS.c.project_id == project_id)
    rows = connection.execute(wanted.order_by(_KEYS.c.created_at_ms.desc(), _KEYS.c.id))
    return [Key(*row) for row in rows]


def revoke_key(connection: Connection, project_id: str, key_id: str, now_ms: int) -> None:
    """Takes a key back for good; one that is revoked already stays so. Raises NotFound."""
    require_project(connection, project_id)
    this_key = (_KEYS.c.project_id == project_id) & (_KEYS.c.id == key_id)
    live = this_key & _KEYS.c.revoked_at_ms.is_(None)
    connection.execute(update(_KEYS).where(live).values(revoked_at_ms=now_ms))
    if connection.execute(select(_KEYS.c.id).where(this_key)).first() is None:
        raise NotFound(f"There is no key {key_id} in project {project_id}.")

"""Keys and identity secrets as account routes list them: never themselves (contract §2, §11)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from models.documents.identity_secret import identity_secret_document
from models.documents.key import key_document
from models.queries.page import Found, Page
from models.records import IdentitySecret, Key
from models.store.columns import table_of
from models.tables import IdentitySecretTable, KeyTable

_KEYS = table_of(KeyTable).c
_SECRETS = table_of(IdentitySecretTable).c
_LISTED_KEY = (
    _KEYS.id,
    _KEYS.kind,
    _KEYS.prefix,
    _KEYS.label,
    _KEYS.created_at_ms,
    _KEYS.last_used_at_ms,
    _KEYS.revoked_at_ms,
)
_LISTED_SECRET = (
    _SECRETS.id,
    _SECRETS.slot,
    _SECRETS.created_at_ms,
    _SECRETS.last_verified_at_ms,
)


def list_keys(connection: Connection, project_id: str, page: Page[str]) -> Found[str]:
    """The project's keys, revoked ones too, newest first."""
    wanted = select(*_LISTED_KEY).where(_KEYS.project_id == project_id)
    if page.after is not None:
        wanted = wanted.where(_KEYS.id < page.after)
    ordered = wanted.order_by(_KEYS.id.desc()).limit(page.read_limit)
    rows: Sequence[Any] = connection.execute(ordered).all()
    return page.of(rows, _key_document, lambda row: str(row.id))


def list_identity_secrets(connection: Connection, project_id: str, page: Page[str]) -> Found[str]:
    """The live secrets, of which there are two at most, newest first."""
    wanted = select(*_LISTED_SECRET).where(_SECRETS.project_id == project_id)
    if page.after is not None:
        wanted = wanted.where(_SECRETS.id < page.after)
    ordered = wanted.order_by(_SECRETS.id.desc()).limit(page.read_limit)
    rows: Sequence[Any] = connection.execute(ordered).all()
    return page.of(rows, _secret_document, lambda row: str(row.id))


def _secret_document(row: Any) -> dict[str, Any]:
    return identity_secret_document(IdentitySecret(secret="", **row._mapping))


def _key_document(row: Any) -> dict[str, Any]:
    return key_document(Key(digest="", **row._mapping))

"""Identity secrets: what signs for a visitor's identity; two live at once (contract §2)."""

import secrets
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select

from models.provisioning.project_row import lock_project, require_project
from models.provisioning.refusals import NotFound, TooManyIdentitySecrets
from models.provisioning.row_ids import row_id
from models.store.columns import table_of
from models.tables import IdentitySecretTable
from models.working_set.credentials import SECRET_SLOTS

SECRET_BYTES = 32

_IDENTITY_SECRETS = table_of(IdentitySecretTable)


@dataclass(frozen=True, slots=True)
class LiveIdentitySecret:
    """An identity secret as it can be listed; times in epoch milliseconds."""

    id: str
    created_at_ms: int
    last_verified_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class NewIdentitySecret:
    """An identity secret at the one moment in which it is shown."""

    secret: LiveIdentitySecret
    printed: str = field(repr=False)


def new_identity_secret() -> str:
    """A secret of random bytes, as it is printed; nothing is stored yet."""
    return "is_" + secrets.token_urlsafe(SECRET_BYTES)


def create_identity_secret(
    connection: Connection, project_id: str, now_ms: int
) -> NewIdentitySecret:
    """Makes an identity secret. Raises NotFound, or TooManyIdentitySecrets for a third."""
    lock_project(connection, project_id)
    slot = _IDENTITY_SECRETS.c.slot
    taken = set(
        connection.scalars(select(slot).where(_IDENTITY_SECRETS.c.project_id == project_id))
    )
    free = [number for number in SECRET_SLOTS if number not in taken]
    if not free:
        raise TooManyIdentitySecrets
    printed = new_identity_secret()
    made = LiveIdentitySecret(id=row_id("sec", now_ms), created_at_ms=now_ms)
    connection.execute(
        insert(_IDENTITY_SECRETS).values(
            project_id=project_id,
            id=made.id,
            slot=free[0],
            secret=printed,  # as printed: HMAC needs the key itself (§2)
            created_at_ms=now_ms,
        )
    )
    return NewIdentitySecret(made, printed)


def list_identity_secrets(connection: Connection, project_id: str) -> list[LiveIdentitySecret]:
    """The live identity secrets without the secrets themselves, newest first. Raises NotFound."""
    require_project(connection, project_id)
    table = _IDENTITY_SECRETS
    columns = [table.c[name] for name in LiveIdentitySecret.__dataclass_fields__]
    wanted = select(*columns).where(table.c.project_id == project_id)
    rows = connection.execute(wanted.order_by(table.c.created_at_ms.desc(), table.c.slot.desc()))
    return [LiveIdentitySecret(*row) for row in rows]


def delete_identity_secret(connection: Connection, project_id: str, secret_id: str) -> None:
    """Takes an identity secret back and frees its slot. Raises NotFound."""
    require_project(connection, project_id)
    table = _IDENTITY_SECRETS
    this_one = (table.c.project_id == project_id) & (table.c.id == secret_id)
    if connection.execute(delete(table).where(this_one)).rowcount == 0:
        raise NotFound(f"There is no identity secret {secret_id} in project {project_id}.")

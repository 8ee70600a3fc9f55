"""When a key was last used and a secret last verified something (contract §2): best effort."""

from collections.abc import Mapping

from sqlalchemy import Connection, Table, bindparam, or_, update

from models.store.columns import table_of
from models.tables import IdentitySecretTable, KeyTable

Mark = tuple[str, str]
"""Project id, and the id of a key or secret in it."""


def mark_keys_used(connection: Connection, used_at_ms: Mapping[Mark, int]) -> None:
    """Moves the `last_used` of these keys forward, never back."""
    _move_forward(connection, table_of(KeyTable), "last_used_at_ms", used_at_ms)


def mark_secrets_verified(connection: Connection, verified_at_ms: Mapping[Mark, int]) -> None:
    """Moves the `last_verified` of these identity secrets forward, never back."""
    table = table_of(IdentitySecretTable)
    _move_forward(connection, table, "last_verified_at_ms", verified_at_ms)


def _move_forward(
    connection: Connection, table: Table, column: str, times_ms: Mapping[Mark, int]
) -> None:
    if not times_ms:
        return
    stored = table.c[column]
    statement = (
        update(table)
        .where(
            table.c.project_id == bindparam("of_project"),
            table.c.id == bindparam("of_id"),
            or_(stored.is_(None), stored < bindparam("at_ms")),
        )
        .values({column: bindparam("at_ms")})
    )
    # Sorted, as every writer takes its row locks.
    rows = [
        {"of_project": project_id, "of_id": row_id, "at_ms": at_ms}
        for (project_id, row_id), at_ms in sorted(times_ms.items())
    ]
    connection.execute(statement, rows)

"""Which dialect a connection speaks."""

from sqlalchemy import Connection

from models.store.postgresql import PostgresqlRows
from models.store.rows import Rows
from models.store.sqlite import SqliteRows


def rows_over(connection: Connection, project_id: str) -> Rows:
    """The rows of a project in the dialect of the connection's database."""
    if connection.dialect.name == "postgresql":
        return PostgresqlRows(connection, project_id)
    return SqliteRows(connection, project_id)

"""Which dialect a connection speaks."""

from sqlalchemy import Connection

from models.store.postgresql import PostgresqlRows
from models.store.postgresql_several import PostgresqlSeveralRows
from models.store.rows import Rows
from models.store.several import SeveralRows, SqliteSeveralRows
from models.store.sqlite import SqliteRows


def rows_over(connection: Connection, project_id: str) -> Rows:
    """The rows of a project in the dialect of the connection's database."""
    if connection.dialect.name == "postgresql":
        return PostgresqlRows(connection, project_id)
    return SqliteRows(connection, project_id)


def rows_of_several_over(connection: Connection) -> SeveralRows:
    """The rows of any projects, in the same dialect."""
    if connection.dialect.name == "postgresql":
        return PostgresqlSeveralRows(connection)
    return SqliteSeveralRows(connection)

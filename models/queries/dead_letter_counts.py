"""How many operations were set aside, for those who watch over the installation (contract §13)."""

from sqlalchemy import Connection

from models.queries.statement import Statement

_COUNTS = Statement(
    "SELECT project_id, count(*) FROM dead_letters GROUP BY project_id ORDER BY 2 DESC, 1"
)


def count_dead_letters(connection: Connection) -> list[tuple[str, int]]:
    """Projects that have dead letters with their number, most first."""
    return [(str(project_id), int(count)) for project_id, count in _COUNTS.rows(connection, {})]

"""A read as text, written once for both databases and handed to the driver itself.

SQLAlchemy's execution costs as much as a small statement (models/store/rows.py). In the text,
`:name` stands for a value; JSON is read as text with `CAST(… AS text)` and goes into answers as it
is (models/documents/exact.py).
"""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

Row = tuple[Any, ...]

_VALUE = re.compile(r":(\w+)")
_POSTGRESQL_WORDS = {"json_array": "json_agg", "position": "strpos"}
_SQLITE_WORDS = {"json_array": "json_group_array", "position": "instr"}


class Statement:
    """A statement with `{json_array}` for the aggregate that makes a JSON array, `{position}` for
    the function that finds a text in another, 0 for nowhere.
    """

    def __init__(self, text: str) -> None:
        postgresql = text.format(**_POSTGRESQL_WORDS)
        self._postgresql = _VALUE.sub(r"%(\1)s", postgresql)
        self._sqlite = text.format(**_SQLITE_WORDS)

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """The rows that the statement finds with these values."""
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "postgresql":
            found: list[Row] = driver.execute(self._postgresql, values, prepare=True).fetchall()
        else:
            found = driver.execute(self._sqlite, values).fetchall()
        return found

    def row(self, connection: Connection, values: Mapping[str, Any]) -> Row | None:
        """The only row, None if there is none."""
        found = self.rows(connection, values)
        return found[0] if found else None

"""How the databases find the rows of the statements that a drain really sent them."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import event
from sqlmodel import SQLModel

from models.database import Database

OF_A_FEW_ROWS = frozenset({"projects", "mailboxes", "stages", "identity_secrets"})
"""Tables of which a project has no more rows than a batch may read."""

_TOLD = ("SELECT", "INSERT", "UPDATE", "DELETE")
_PLACE = re.compile(r"%s|%\((\w+)\)s")
_SQLITE_STEP = re.compile(r"(SCAN|SEARCH) (\w+)(?: .*\((.*)\))?")
_SQLITE_COLUMN = re.compile(r"(\w+)=\?")
_POSTGRESQL_COLUMN = re.compile(r"\((\w+) = ")


class LookedUp:
    """Keeps the different statements that new connections of a database run."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._statements: dict[str, Any] = {}
        event.listen(database.engine, "connect", self._listen)

    def __len__(self) -> int:
        return len(self._explained)

    @property
    def _explained(self) -> list[tuple[str, Any]]:
        return [each for each in self._statements.items() if each[0].startswith(_TOLD)]

    def slow_ones(self) -> Iterator[str]:
        """What reads all rows of a project, on the plan for any values that is made now."""
        slow = self._slow_on_postgresql if self._database.is_postgresql else self._slow_on_sqlite
        with self._database.reading() as connection:
            driver: Any = connection.connection.driver_connection
            for statement, values in self._explained:
                for fault in slow(driver, statement, values):
                    yield f"{fault}: {statement}"

    def _listen(self, driver: Any, _record: Any) -> None:
        statements = self._statements
        if not self._database.is_postgresql:
            driver.set_trace_callback(statements.setdefault)
            return

        class Recording(psycopg.Cursor[Any]):
            def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
                statements.setdefault(str(query), params)
                return super().execute(query, params, **options)

        driver.cursor_factory = Recording

    def _slow_on_sqlite(self, driver: Any, statement: str, _: Any) -> Iterator[str]:
        for *_, step in driver.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall():
            for how, table, columns in _SQLITE_STEP.findall(step):
                found_by = set(_SQLITE_COLUMN.findall(columns)) - {"project_id"}
                if table not in {"json_each", "given", *OF_A_FEW_ROWS} and not found_by:
                    yield f"{how} {table}"

    def _slow_on_postgresql(self, driver: Any, statement: str, values: Any) -> Iterator[str]:
        driver.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        driver.execute(f"PREPARE probe AS {_numbered(statement, values)}")
        given = values.values() if isinstance(values, dict) else values
        listed = sql.SQL(", ").join(map(sql.Literal, given))
        explain = sql.SQL("EXPLAIN (FORMAT JSON) EXECUTE probe({})").format(listed)
        [[[document]]] = driver.execute(explain).fetchall()
        driver.execute("DEALLOCATE probe")
        yield from _slow_nodes(document["Plan"])


def _numbered(statement: str, values: Any) -> str:
    """The statement with $1 and so on; a name has one place wherever it stands."""
    names = list(values) if isinstance(values, dict) else []
    places = iter(range(1, len(values) + 1))
    return _PLACE.sub(lambda at: f"${names.index(at[1]) + 1 if at[1] else next(places)}", statement)


def _slow_nodes(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] not in OF_A_FEW_ROWS:
        yield f"Seq Scan of {node['Relation Name']}"
    if "Index Name" in node:
        found_by = _POSTGRESQL_COLUMN.findall(node.get("Index Cond", ""))
        if not _led_by().get(node["Index Name"], set()).issubset(found_by):
            yield f"{node['Node Type']} of {node['Index Name']} by {found_by}"
    for child in node.get("Plans", ()):
        yield from _slow_nodes(child)


@cache
def _led_by() -> dict[str, set[str]]:
    """What a look-up in an index must name not to read a project's part of it: by its name."""
    large = [
        table for table in SQLModel.metadata.tables.values() if table.name not in OF_A_FEW_ROWS
    ]
    keys = {f"{table.name}_pkey": list(table.primary_key.columns) for table in large}
    others = {str(index.name): list(index.columns) for table in large for index in table.indexes}
    return {name: {each.name for each in columns[:2]} for name, columns in (keys | others).items()}

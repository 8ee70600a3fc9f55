"""The rows of several projects on PostgreSQL: one statement for all of them.

A small statement costs as much as applying an operation, whosever it is (docs/adr/0026). What is
said of the plans of single projects' statements holds here too (models/store/postgresql.py).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from models.store.asking import Answers
from models.store.columns import Row, column_names, encode, project_column
from models.store.noted import Noted, Step, Write, carry_out, in_step
from models.store.postgresql import PostgresqlRows
from models.store.postgresql_statements import (
    Scope,
    among,
    change,
    columns_of,
    insertion,
    keys_of,
    names_of,
    taken_apart,
    with_keys,
)
from models.store.rows import Wanted
from models.store.several import SeveralRows
from models.store.silent_sessions import end_silent_sessions

_Question = tuple[Table, str | None]


class PostgresqlSeveralRows(SeveralRows):
    """Over a psycopg connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection

    def lock(self, table: Table, project_ids: Sequence[str]) -> Sequence[str]:
        statement = (
            f"SELECT project_id FROM {table.name} WHERE {among('project_id')} "
            "FOR UPDATE SKIP LOCKED"
        )
        # In one trip with the transaction's beginning.
        with self._driver.pipeline():
            locked = self._driver.execute(statement, (encode(project_ids),), prepare=True)
        free = {project_id for (project_id,) in locked.fetchall()}
        if len(free) < len(project_ids):
            end_silent_sessions(self._driver)
        return [project_id for project_id in project_ids if project_id in free]

    def fetch(self, wanted: Mapping[str, Sequence[Wanted]]) -> Mapping[str, Answers]:
        pairs: dict[_Question, list[Row]] = {}
        for project_id, questions in wanted.items():
            for one in questions:
                pairs.setdefault((one.table, one.column), []).extend(_pairs(project_id, one))
        asked = {question: given for question, given in pairs.items() if given}
        found = dict(zip(asked, self._ask(asked) if asked else (), strict=True))
        return {
            project_id: [
                found.get((one.table, one.column), {}).get(project_id, ()) for one in questions
            ]
            for project_id, questions in wanted.items()
        }

    def noted(self, project_id: str) -> Noted:
        return Noted(project_id, PostgresqlRows(self._connection, project_id))

    def write(self, writes: Mapping[str, Sequence[Write]]) -> None:
        with self._driver.pipeline():
            for step, rows in in_step(writes):
                if step.table is None:
                    for project_id, each in rows.items():
                        carry_out(Write(step, each), PostgresqlRows(self._connection, project_id))
                else:
                    self._write(step, step.table, _with_project(rows))

    def _write(self, step: Step, table: Table, rows: Sequence[Row]) -> None:
        columns = columns_of(rows)
        match step.verb:
            case "insert":
                statement, parameters = insertion(table, Scope.SEVERAL), columns
            case "update":
                names = names_of(table, Scope.SEVERAL)
                keys = [columns[names.index(key)] for key in keys_of(table, Scope.SEVERAL)]
                statement, parameters = change(table, Scope.SEVERAL), [*columns, *keys]
            case _:
                statement = step.text + with_keys(table, Scope.SEVERAL)
                parameters = [*columns, *columns]
        self._driver.execute(statement, parameters, prepare=True)

    def _ask(self, asked: Mapping[_Question, Sequence[Row]]) -> list[dict[str, list[Row]]]:
        with self._driver.pipeline():
            cursors = [
                self._driver.execute(
                    _selection(*question),
                    [encode(column) for column in zip(*sorted(given), strict=True)],
                    prepare=True,
                )
                for question, given in asked.items()
            ]
        return [_by_project(cursor.fetchall()) for cursor in cursors]


def _pairs(project_id: str, wanted: Wanted) -> list[Row]:
    if wanted.column is None:
        return [(project_id,)]
    return [(project_id, value) for value in wanted.values]


def _by_project(found: Sequence[Row]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for project_id, *row in found:
        rows.setdefault(project_id, []).append(tuple(row))
    return rows


def _with_project(rows: Mapping[str, Sequence[Row]]) -> list[Row]:
    return [(project_id, *row) for project_id, each in rows.items() for row in each]


@cache
def _selection(table: Table, column: str | None) -> str:
    """All rows of each given project, or for each pair those of the project with the value."""
    given = ("project",) if column is None else ("project", "value")
    matched = f"{project_column(table)} = given.project"
    if column is not None:
        matched += f" AND {column} = given.value"
    return (
        f"SELECT given.project, found.* FROM {taken_apart(given)}, "
        f"LATERAL (SELECT {', '.join(column_names(table))} FROM {table.name} "
        f"WHERE {matched} OFFSET 0) AS found"
    )

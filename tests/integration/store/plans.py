"""How the databases answer the statements that the product really sends them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from models.database import Database

Call = Callable[[Connection], object]

# A statement's own rows, at most as many as a page has, what it is asked for, and one contact's
# links: few to sort.
_SMALL = re.compile(r"SCAN (?:page|linked)|SEARCH l ")
_ASKED = "SCAN asked VIRTUAL TABLE"
_SQLITE_INDEX = re.compile(r"USING (?:COVERING )?(?:INDEX (\w+)|(PRIMARY KEY))")


@dataclass(slots=True)
class Plan:
    """What a call's statements did: indexes by name, and the most rows that one step met.

    `faults` are steps that read a whole table or sort more than a page.
    """

    indexes: set[str] = field(default_factory=set)
    most_rows: int = 0
    faults: list[str] = field(default_factory=list)


def sqlite_plan(database: Database, call: Call) -> Plan:
    """The plan of each statement of a call, as SQLite explains it; it counts no rows."""
    plan = Plan()
    with database.reading() as connection:
        driver: Any = connection.connection.driver_connection
        told: list[str] = []
        driver.set_trace_callback(told.append)
        call(connection)
        driver.set_trace_callback(None)
        for statement in told:
            steps = driver.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            _take_sqlite_steps(plan, [(parent, step) for _, parent, _, step in steps])
    return plan


def _take_sqlite_steps(plan: Plan, steps: list[tuple[int, str]]) -> None:
    over_few_rows = {parent for parent, step in steps if _SMALL.match(step)}
    for parent, step in steps:
        is_slow = step.startswith(("SCAN", "USE TEMP B-TREE")) and not step.startswith(_ASKED)
        if is_slow and parent not in over_few_rows:
            plan.faults.append(step)
        for name, primary in _SQLITE_INDEX.findall(step):
            plan.indexes.add(name or primary)


def postgresql_plan(database: Database, call: Call, *, generic: bool) -> Plan:
    """The plans of a call's statements, run by PostgreSQL with its usual limits.

    `generic` is the plan of a statement that was prepared long ago, for any values.
    """
    plan = Plan()
    with database.reading() as connection:
        driver: Any = connection.connection.driver_connection
        told: list[tuple[str, dict[str, Any]]] = []

        class Recording(psycopg.Cursor[Any]):
            def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
                told.append((query, params))
                return super().execute(query, params, **options)

        driver.cursor_factory = Recording
        call(connection)
        driver.cursor_factory = psycopg.Cursor
        mode = "force_generic_plan" if generic else "force_custom_plan"
        driver.execute(f"SET LOCAL plan_cache_mode = {mode}")
        for statement, values in told:
            _take_node(plan, _explained(driver, statement, values), page_rows=201)
    return plan


def _explained(driver: Any, statement: str, values: dict[str, Any]) -> dict[str, Any]:
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", statement)))
    for number, name in enumerate(names, 1):
        statement = statement.replace(f"%({name})s", f"${number}")
    given = sql.SQL(", ").join(sql.Literal(values[name]) for name in names)
    driver.execute(f"PREPARE probe AS {statement}")
    explain = sql.SQL("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE probe({})").format(given)
    [[[document]]] = driver.execute(explain).fetchall()
    driver.execute("DEALLOCATE probe")
    root: dict[str, Any] = document["Plan"]
    return root


def _take_node(plan: Plan, node: dict[str, Any], page_rows: int) -> None:
    kind = node["Node Type"]
    met = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    met += node.get("Rows Removed by Index Recheck", 0)
    plan.most_rows = max(plan.most_rows, met)
    if kind == "Seq Scan":
        plan.faults.append(f"Seq Scan on {node['Relation Name']}")
    if kind in ("Sort", "Incremental Sort") and met > page_rows:
        plan.faults.append(f"{kind} of {met} rows by {node['Sort Key']}")
    if "Index Name" in node and node["Actual Loops"]:
        plan.indexes.add(node["Index Name"])
        if "Index Cond" not in node:
            plan.faults.append(f"{kind} of all of {node['Index Name']}")
    for child in node.get("Plans", ()):
        _take_node(plan, child, page_rows)

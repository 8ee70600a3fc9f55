"""Writes that are noted, to be carried out together with those of other projects."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Table

from models.store.columns import Row
from models.store.writes import Writes


@dataclass(frozen=True, slots=True)
class Step:
    """A kind of write, whatever the rows: writes of the same step can become one statement.

    `text` is the action of `by_key`, the statement of `run`.
    """

    verb: Literal["take_time", "insert", "update", "by_key", "run"]
    table: Table | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """One step with its rows, keys or parameters."""

    step: Step
    rows: Sequence[Any] = ()


class Noted(Writes):
    """Of one project, in order; `like` knows the dialect."""

    def __init__(self, project_id: str, like: Writes) -> None:
        self.project_id = project_id
        self.writes: list[Write] = []
        self._like = like

    def take_time(self) -> None:
        self.writes.append(Write(Step("take_time")))

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        self._note(Step("insert", table), rows)

    def update(self, table: Table, rows: Sequence[Row]) -> None:
        self._note(Step("update", table), rows)

    def by_key(self, action: str, table: Table, keys: Sequence[Row]) -> None:
        self._note(Step("by_key", table, action), keys)

    def run(self, statement: str, parameters: Sequence[dict[str, Any]]) -> None:
        self._note(Step("run", text=statement), parameters)

    def json_field(self, column: str, name: str) -> str:
        return self._like.json_field(column, name)

    def _note(self, step: Step, rows: Sequence[Any]) -> None:
        if rows:
            self.writes.append(Write(step, rows))


def carry_out(write: Write, rows: Writes) -> None:
    """Does one write to the rows of its project."""
    step = write.step
    match step.verb:
        case "take_time":
            rows.take_time()
        case "run":
            rows.run(step.text, write.rows)
        case "insert" if step.table is not None:
            rows.insert(step.table, write.rows)
        case "update" if step.table is not None:
            rows.update(step.table, write.rows)
        case "by_key" if step.table is not None:
            rows.by_key(step.text, step.table, write.rows)


def in_step(
    writes: Mapping[str, Sequence[Write]],
) -> Iterator[tuple[Step, Mapping[str, Sequence[Any]]]]:
    """The writes of several projects by step: each project's stay in their order.

    A step that another project only comes to later waits for it.
    """
    left = {project_id: deque(noted) for project_id, noted in writes.items() if noted}
    while left:
        heads = [noted[0].step for noted in left.values()]
        behind = {write.step for noted in left.values() for write in list(noted)[1:]}
        step = next((head for head in heads if head not in behind), heads[0])
        here = [project_id for project_id, noted in left.items() if noted[0].step == step]
        yield step, {project_id: left[project_id].popleft().rows for project_id in here}
        left = {project_id: noted for project_id, noted in left.items() if noted}

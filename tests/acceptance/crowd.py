"""Many callers at once."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import func, select

from models.store.ledger import OPERATIONS
from tests.acceptance.project import Project
from tests.services.waiting import wait_until

T = TypeVar("T")
R = TypeVar("R")


def at_once(callers: int, call: Callable[[T], R], things: Iterable[T]) -> list[R]:
    """Call with each thing, so many callers side by side; return the answers in their order."""
    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(call, things))


def applied_count(project: Project) -> int:
    """How many operations of the project are final."""
    wanted = select(func.count()).where(OPERATIONS.c.project_id == project.id)
    with project.database.reading() as connection:
        return int(connection.execute(wanted).scalar_one())


def await_applied(project: Project, count: int, within_s: float = 30.0) -> None:
    """Wait until so many operations of the project are final."""
    wait_until(lambda: applied_count(project) >= count, within_s, f"{count} operations are final")

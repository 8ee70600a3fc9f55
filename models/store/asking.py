"""Who asks for rows in several steps says so as a generator: it need not know who answers."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

from models.store.columns import Row
from models.store.rows import Rows, Wanted

T = TypeVar("T")

Answers = Sequence[Sequence[Row]]
Asking = Generator[Sequence[Wanted], Answers, T]
"""Yields what it wants to know next, is sent the answers, and returns what it made of them."""


@dataclass(frozen=True, slots=True)
class _Wanting:
    wanted: Sequence[Wanted]


@dataclass(frozen=True, slots=True)
class _Done(Generic[T]):
    result: T


def answered(rows: Rows, asking: Asking[T]) -> T:
    """What becomes of the questions of one project."""
    step = _next(asking, None)
    while isinstance(step, _Wanting):
        step = _next(asking, rows.fetch(*step.wanted))
    return step.result


def answered_together(
    askings: Mapping[str, Asking[T]],
    fetch: Callable[[Mapping[str, Sequence[Wanted]]], Mapping[str, Answers]],
    around: Callable[[str], AbstractContextManager[None]],
) -> dict[str, T]:
    """What becomes of the questions of several projects, asked in step.

    `around` a project's own computation; raises what that raises, or `fetch`.
    """
    answers: Mapping[str, Answers | None] = dict.fromkeys(askings)
    results: dict[str, T] = {}
    while answers:
        wanted: dict[str, Sequence[Wanted]] = {}
        for project_id, answer in answers.items():
            with around(project_id):
                step = _next(askings[project_id], answer)
            if isinstance(step, _Wanting):
                wanted[project_id] = step.wanted
            else:
                results[project_id] = step.result
        answers = fetch(wanted) if wanted else {}
    return results


def _next(asking: Asking[T], answers: Answers | None) -> _Wanting | _Done[T]:
    try:
        return _Wanting(next(asking) if answers is None else asking.send(answers))
    except StopIteration as end:
        return _Done(end.value)

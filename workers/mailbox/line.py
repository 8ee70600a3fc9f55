"""Who is next where one project's many must not stand before another's few (contract §4, Load)."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

InTurn = Callable[[str, Callable[[], None]], None]
"""Has what is to be done for a project done when it is that project's turn."""


def at_once(_project_id: str, work: Callable[[], None]) -> None:
    """Where nobody takes turns."""
    work()


class Line(Generic[Item]):
    """One of each project in turn; its items in the order in which they came, those that go ahead
    of its others first.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[deque[Item], deque[Item]]] = {}
        # Whose turn is next first; each stands here once.
        self._turns: deque[str] = deque()

    def __bool__(self) -> bool:
        return bool(self._turns)

    def __iter__(self) -> Iterator[Item]:
        for ahead, others in self._waiting.values():
            yield from ahead
            yield from others

    def enter(self, whose: str, item: Item, *, goes_ahead: bool = False) -> None:
        """Puts an item behind its project's others, or only behind those that go ahead of them too;
        a new project's turn comes last.
        """
        items = self._waiting.get(whose)
        if items is None:
            items = self._waiting[whose] = deque(), deque()
            self._turns.append(whose)
        items[0 if goes_ahead else 1].append(item)

    def next(self) -> Item:
        """Takes out the first item of the project whose turn it is. Raises IndexError for none."""
        whose = self._turns.popleft()
        ahead, others = self._waiting[whose]
        item = (ahead or others).popleft()
        if ahead or others:
            self._turns.append(whose)
        else:
            del self._waiting[whose]
        return item

    def clear(self) -> None:
        """Forgets all that waits."""
        self._waiting.clear()
        self._turns.clear()

"""Journaled changes: a refused operation is taken back without a trace."""

from typing import Any

MISSING: Any = object()


class Journal:
    """Notes each change with the value before. `entries` are those since `mark`, which `undo` takes
    back; `kept` are earlier ones, until they are stored.
    """

    __slots__ = ("entries", "kept")

    def __init__(self) -> None:
        self.entries: list[tuple[Any, Any, Any]] = []
        self.kept: list[tuple[Any, Any, Any]] = []

    def put(self, target: dict[Any, Any], key: Any, value: Any) -> None:
        self.entries.append((target, key, target.get(key, MISSING)))
        target[key] = value

    def drop(self, target: dict[Any, Any], key: Any) -> None:
        if key in target:
            self.entries.append((target, key, target[key]))
            del target[key]

    def set(self, record: Any, name: str, value: Any) -> bool:
        """Sets a field of a record; returns whether its value differs now.

        Documents are compared by identity: a merge patch that changes nothing returns its target.
        """
        before = getattr(record, name)
        if before is value or (not isinstance(before, dict) and before == value):
            return False
        self.entries.append((record, name, before))
        setattr(record, name, value)
        return True

    def mark(self) -> None:
        """What happened so far can no longer be undone."""
        self.kept += self.entries
        self.entries.clear()

    def forget(self) -> None:
        """What happened so far is stored."""
        self.entries.clear()
        self.kept.clear()

    def undo(self) -> None:
        for target, key, before in reversed(self.entries):
            if not isinstance(target, dict):
                setattr(target, key, before)
            elif before is MISSING:
                del target[key]
            else:
                target[key] = before
        self.entries.clear()

"""The pipeline as an ordered list of stages with distinct names (contract §9, §11)."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from models.rules.stage import stage_name_key

T = TypeVar("T")


def placed(order: Sequence[T], one: T, position: int | None) -> list[T]:
    """The order with `one` at a position among the others; at the end without one, or beyond it."""
    others = [each for each in order if each != one]
    at = len(others) if position is None else position
    return [*others[:at], one, *others[at:]]


def repeated(values: Sequence[Hashable]) -> list[int]:
    """The places of values that were there before; None is no value."""
    seen: set[Hashable] = set()
    places: list[int] = []
    for place, value in enumerate(values):
        if value is not None and value in seen:
            places.append(place)
        seen.add(value)
    return places


def matched(known: Mapping[str, str], wanted: Sequence[tuple[str | None, str]]) -> list[str | None]:
    """Which known stage each wanted one is; None is a new one.

    `known` are name keys by id, `wanted` are ids, if given, and names. An id is taken at its word;
    a name finds the stage that has it, unless that stage is wanted by its id.
    """
    claimed = {stage_id for stage_id, _ in wanted}
    free = {key: stage_id for stage_id, key in known.items() if stage_id not in claimed}
    return [stage_id or free.get(stage_name_key(name)) for stage_id, name in wanted]

"""How a step names records whose ids are not known before the steps before it were accepted.

A generated step says "any contact"; once the steps before it are chosen, that becomes "the contact
that step 3 made"; and once those are accepted, an id.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tests.model.state import State

MADE_BY = "company-made-by:"
CONTACT_MADE_BY = "contact-made-by:"
STAGE_MADE_BY = "stage-made-by:"
ANY_CONTACT = "any-contact:"
ANY_COMPANY = "any-company:"
ANY_STAGE = "any-stage:"
CHOICES = 12
_LIVING_OF_CHOICES = 9
_PREFIXES = {MADE_BY: "com", CONTACT_MADE_BY: "con", STAGE_MADE_BY: "stg"}


def operation_id(step: int) -> str:
    """An operation id for callers that choose it themselves; ids sort by acceptance."""
    return f"op_{step:032x}"


def name_made(value: Any, operation_ids: Sequence[str]) -> Any:
    """The value with ids in place of records that earlier steps made."""
    return _each_text(value, lambda text: _made_id(text, operation_ids))


def _made_id(text: str, operation_ids: Sequence[str]) -> str:
    for marker, prefix in _PREFIXES.items():
        if text.startswith(marker):
            step, *place = text.removeprefix(marker).split(":")
            return "_".join((prefix, operation_ids[int(step)].removeprefix("op_"), *place))
    return text


def name_any(value: Any, state: State, *, made: bool = True) -> Any:
    """The value with records of a state in place of any; `made` is false to name only those
    that were there beforehand.
    """
    gone = [*state.merged, "con_nobody"]
    pools = {
        ANY_CONTACT: (list(state.contacts), gone, CONTACT_MADE_BY),
        ANY_COMPANY: (list(state.companies), ["com_nobody"], MADE_BY),
        ANY_STAGE: ([stage.id for stage in state.stages], ["stg_nothing"], STAGE_MADE_BY),
    }

    def choose(text: str) -> str:
        for marker, (living, other, made_by) in pools.items():
            if text.startswith(marker):
                number = int(text.removeprefix(marker))
                return _chosen(number, _nameable(living, made), _nameable(other, made), made_by)
        return text

    return _each_text(value, choose)


def _nameable(ids: Iterable[str], made: bool) -> list[str]:
    return [each for each in ids if made or not _is_made(each)]


def _chosen(number: int, living: list[str], other: list[str], made_by: str) -> str:
    pool = living if living and number < _LIVING_OF_CHOICES else other or living
    chosen = pool[number % len(pool)]
    if not _is_made(chosen):
        return chosen
    stem, *place = chosen.split("_")[1:]
    return ":".join((f"{made_by}{int(stem, 16)}", *place))


def _is_made(record_id: str) -> bool:
    return len(record_id.split("_")[1]) == len(operation_id(0)) - len("op_")


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _each_text(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_each_text(each, change) for each in value]
    return change(value) if isinstance(value, str) else value

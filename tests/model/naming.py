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
ANY_VISITOR = "any-visitor"
ANY_CONTACT = "any-contact"
ANY_COMPANY = "any-company"
ANY_STAGE = "any-stage"
LINKED_CONTACT = "linked-contact"
LINKED_COMPANY = "linked-company"
LINKED_VISITOR = "linked-visitor"
VISITORS_COMPANY = "visitors-company"
USED_STAGE = "used-stage"
CHOICES = 16
_LIVING_OF_CHOICES = 14
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
    pools = _pools(state)

    def choose(text: str) -> str:
        marker, _, number = text.partition(":")
        if marker not in pools:
            return text
        living, other, made_by = pools[marker]
        return _chosen(int(number), _nameable(living, made), _nameable(other, made), made_by)

    return _each_text(value, choose)


def _pools(state: State) -> dict[str, tuple[list[str], list[str], str]]:
    """By marker: what is there, what is not any more or never was, and how to name what was made.

    Linked ones of the same number are linked with each other. The newest are named most often.
    """
    gone, never = [*state.merged, "con_nobody"], ["com_nobody"]
    no_stage, nobody = ["stg_nothing"], ["v1", "v3"]
    links = state.links[::-1]
    visits = [
        (visitor.visitor_id, company)
        for contact, company in links
        for visitor in state.visitors.values()
        if visitor.contact_id == contact
    ]
    known = [visitor.visitor_id for visitor in state.visitors.values() if visitor.contact_id]
    stood_in = {company.stage for company in state.companies.values()}
    used = [stage.id for stage in state.stages if stage.name in stood_in]
    return {
        ANY_VISITOR: (known, nobody, ""),
        ANY_CONTACT: (list(state.contacts)[::-1], gone, CONTACT_MADE_BY),
        ANY_COMPANY: (list(state.companies)[::-1], never, MADE_BY),
        ANY_STAGE: ([stage.id for stage in state.stages], no_stage, STAGE_MADE_BY),
        USED_STAGE: (used, no_stage, STAGE_MADE_BY),
        LINKED_CONTACT: ([contact for contact, _ in links], gone, CONTACT_MADE_BY),
        LINKED_COMPANY: ([company for _, company in links], never, MADE_BY),
        LINKED_VISITOR: ([visitor_id for visitor_id, _ in visits], nobody, ""),
        VISITORS_COMPANY: ([company for _, company in visits], never, MADE_BY),
    }


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
    return len(record_id.partition("_")[2]) >= len(operation_id(0)) - len("op_")


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _each_text(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_each_text(each, change) for each in value]
    return change(value) if isinstance(value, str) else value

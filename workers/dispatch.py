"""Which handler decides an operation of which type."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models.operations import (
    Identify,
    Operation,
    SetDeal,
    SetProperties,
    SetStage,
    Track,
)
from models.outcomes import Effect, Refusal
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet
from workers.handlers import identify, set_deal, set_properties, set_stage, track


@dataclass(frozen=True, slots=True)
class Handler:
    """`reach` names the rows that the operation can touch, `apply` changes them or refuses."""

    reach: Callable[[Any, Reach], None]
    apply: Callable[[Any, WorkingSet], Effect | Refusal]


HANDLERS: dict[type[Operation], Handler] = {
    Identify: Handler(identify.reach, identify.apply),
    SetProperties: Handler(set_properties.reach, set_properties.apply),
    Track: Handler(track.reach, track.apply),
    SetStage: Handler(set_stage.reach, set_stage.apply),
    SetDeal: Handler(set_deal.reach, set_deal.apply),
}

"""What each operation type does: pure deciding over a working set, one file a type."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models.outcomes import Effect, Refusal
from models.working_set import Reach, WorkingSet
from workers.handlers import identify, set_deal, set_properties, set_stage, track


@dataclass(frozen=True, slots=True)
class Handler:
    """`reach` names the rows that the operation can touch, `apply` changes them or refuses."""

    reach: Callable[[Any, Reach], None]
    apply: Callable[[Any, WorkingSet], Effect | Refusal]


HANDLERS = {
    "identify": Handler(identify.reach, identify.apply),
    "set_properties": Handler(set_properties.reach, set_properties.apply),
    "track": Handler(track.reach, track.apply),
    "set_stage": Handler(set_stage.reach, set_stage.apply),
    "set_deal": Handler(set_deal.reach, set_deal.apply),
}

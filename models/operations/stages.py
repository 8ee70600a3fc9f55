"""Account writes of the pipeline (contract §11)."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field

from models.operations.fields import RecordId, SetByPath, StageName, StagePosition
from models.operations.invalid_request import INVALID_REQUEST, json_pointer
from models.operations.readers import refusal
from models.outcomes import Fault
from models.rules.pipeline import repeated
from models.rules.stage import stage_name_key

STAGES_LIMIT = 100
_NOT_OTHERS = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, repr=False)
class CreateStage:
    """Makes a stage at `position` (0 is the first), at the end without one."""

    __pydantic_config__: ClassVar[ConfigDict] = _NOT_OTHERS

    name: StageName
    position: StagePosition = None


@dataclass(frozen=True, slots=True, repr=False)
class UpdateStage:
    """Renames a stage, moves it, or both."""

    __pydantic_config__: ClassVar[ConfigDict] = _NOT_OTHERS

    name: StageName | None = None
    position: StagePosition = None
    stage_id: SetByPath = ""


@dataclass(frozen=True, slots=True, repr=False)
class DeleteStage:
    """Removes a stage; companies that stand in it move to `replacement_id`."""

    stage_id: str
    replacement_id: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class StagePlace:
    """A stage in a whole pipeline; without an id the one of this name, or a new one."""

    __pydantic_config__: ClassVar[ConfigDict] = _NOT_OTHERS

    name: StageName
    id: RecordId = None


def _places(value: object) -> tuple[object, ...]:
    if not isinstance(value, list) or len(value) > STAGES_LIMIT:
        raise refusal(INVALID_REQUEST, f"A list of at most {STAGES_LIMIT} stages.")
    return tuple(value)


@dataclass(frozen=True, slots=True, repr=False)
class ReplaceStages:
    """The whole pipeline, in its order; what is not named goes."""

    __pydantic_config__: ClassVar[ConfigDict] = _NOT_OTHERS

    stages: Annotated[
        tuple[StagePlace, ...],
        BeforeValidator(
            _places,
            json_schema_input_type=Annotated[list[StagePlace], Field(max_length=STAGES_LIMIT)],
        ),
    ]

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "ReplaceStages":
        return cls(tuple(StagePlace(**stage) for stage in payload["stages"]))

    def faults(self) -> list[Fault]:
        """Stages that are named twice, by name or by id."""
        names = repeated([stage_name_key(stage.name) for stage in self.stages])
        ids = repeated([stage.id for stage in self.stages])
        return [
            Fault(
                pointer=json_pointer("stages", place, member),
                code=INVALID_REQUEST,
                detail="Another stage of the list has it too.",
            )
            for member, places in (("name", names), ("id", ids))
            for place in places
        ]

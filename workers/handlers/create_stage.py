"""create_stage: a new step of the pipeline (contract §11)."""

from models.documents.stage import stage_document
from models.operations.invalid_request import INVALID_REQUEST
from models.operations.stages import STAGES_LIMIT, CreateStage
from models.outcomes import Effect, Refusal
from models.rules.pipeline import placed
from models.working_set import stages
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet

PIPELINE_FULL = Refusal(
    400, INVALID_REQUEST, f"A pipeline has at most {STAGES_LIMIT} stages.", "/name"
)


def reach(operation: CreateStage, batch: Reach) -> None:
    """The pipeline is there in every batch."""


def apply(operation: CreateStage, state: WorkingSet) -> Effect | Refusal:
    taken = stages.name_taken(state, operation.name)
    if taken is not None:
        return taken
    if len(state.stages) >= STAGES_LIMIT:
        return PIPELINE_FULL
    stage = stages.create(state, f"stg_{state.occasion.stem}", operation.name)
    stages.arrange(state, placed(stages.in_order(state), stage, operation.position))
    return Effect(record=lambda: stage_document(stage))

"""update_stage: renames a stage, moves it, or both (contract §11)."""

from models.documents.stage import stage_document
from models.operations.stages import UpdateStage
from models.outcomes import NOT_FOUND, Effect, Refusal
from models.rules.pipeline import placed
from models.working_set import stages
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: UpdateStage, batch: Reach) -> None:
    """The pipeline is there in every batch."""


def apply(operation: UpdateStage, state: WorkingSet) -> Effect | Refusal:
    stage = state.stages.get(operation.stage_id)
    if stage is None:
        return NOT_FOUND
    if operation.name is not None:
        taken = stages.name_taken(state, operation.name, stage)
        if taken is not None:
            return taken
        stages.rename(state, stage, operation.name)
    if operation.position is not None:
        stages.arrange(state, placed(stages.in_order(state), stage, operation.position))
    return Effect(record=lambda: stage_document(stage))

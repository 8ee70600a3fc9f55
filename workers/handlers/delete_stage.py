"""delete_stage: takes a stage out; its companies move to the one that replaces it (§11).

It may move every company of the project, so it goes alone in its batch (workers/drain.py).
"""

from dataclasses import replace

from models.operations.invalid_request import INVALID_REQUEST
from models.operations.stages import DeleteStage
from models.outcomes import NOT_FOUND, STAGE_IN_USE, Effect, Refusal
from models.working_set import stages
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet

REPLACED_BY_ITSELF = Refusal(400, INVALID_REQUEST, "A stage cannot replace itself.", "/replacement")
REPLACEMENT_NOT_FOUND = replace(NOT_FOUND, pointer="/replacement")


def reach(operation: DeleteStage, batch: Reach) -> None:
    batch.stage_use = True


def apply(operation: DeleteStage, state: WorkingSet) -> Effect | Refusal:
    stage = state.stages.get(operation.stage_id)
    if stage is None:
        return NOT_FOUND
    if operation.replacement_id is not None:
        if operation.replacement_id == stage.id:
            return REPLACED_BY_ITSELF
        if operation.replacement_id not in state.stages:
            return REPLACEMENT_NOT_FOUND
    if stage.id in state.used_stages:
        if operation.replacement_id is None:
            return STAGE_IN_USE
        stages.move_companies(state, stage, state.stages[operation.replacement_id])
    stages.drop(state, stage)
    stages.arrange(state, stages.in_order(state))
    return Effect()

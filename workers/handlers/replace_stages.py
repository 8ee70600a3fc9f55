"""replace_stages: the whole pipeline in its order; what is not named goes (contract §11).

It goes alone in its batch, so that what it asks of the companies holds (workers/drain.py).
"""

from dataclasses import replace

from models.documents.stage import stage_document
from models.operations.invalid_request import json_pointer
from models.operations.stages import ReplaceStages
from models.outcomes import NOT_FOUND, STAGE_IN_USE, Effect, Refusal
from models.records import Stage
from models.rules.pipeline import matched
from models.working_set import stages
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: ReplaceStages, batch: Reach) -> None:
    batch.stage_use = True


def apply(operation: ReplaceStages, state: WorkingSet) -> Effect | Refusal:
    wanted = [(stage.id, stage.name) for stage in operation.stages]
    for place, (stage_id, _) in enumerate(wanted):
        if stage_id is not None and stage_id not in state.stages:
            return replace(NOT_FOUND, pointer=json_pointer("stages", place, "id"))
    known = {stage.id: stage.name_key for stage in state.stages.values()}
    ids = matched(known, wanted)
    dropped = [stage for stage in stages.in_order(state) if stage.id not in ids]
    if any(stage.id in state.used_stages for stage in dropped):
        return STAGE_IN_USE
    for stage in dropped:
        stages.drop(state, stage)
    stages.arrange(state, _stages(operation, state, ids))
    return Effect(record=lambda: _pipeline_document(state))


def _stages(operation: ReplaceStages, state: WorkingSet, ids: list[str | None]) -> list[Stage]:
    pipeline: list[Stage] = []
    for place, (stage_id, wanted) in enumerate(zip(ids, operation.stages, strict=True)):
        if stage_id is None:
            new_id = f"stg_{state.occasion.stem}_{place}"
            pipeline.append(stages.create(state, new_id, wanted.name))
        else:
            stages.rename(state, state.stages[stage_id], wanted.name)
            pipeline.append(state.stages[stage_id])
    return pipeline


def _pipeline_document(state: WorkingSet) -> dict[str, object]:
    items = [stage_document(stage) for stage in stages.in_order(state)]
    return {"items": items, "next_cursor": None}

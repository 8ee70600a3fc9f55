"""The pipeline: its stages made, renamed, put in order and dropped (contract §9, §11)."""

from collections.abc import Sequence
from dataclasses import replace

from models.outcomes import Refusal, taken
from models.records import Stage
from models.rules.stage import stage_name_key
from models.working_set.state import WorkingSet


def in_order(state: WorkingSet) -> list[Stage]:
    return sorted(state.stages.values(), key=lambda stage: stage.position)


def name_taken(state: WorkingSet, name: str, stage: Stage | None = None) -> Refusal | None:
    """The refusal of a name that another stage has; None if it is free."""
    holder = state.stage_by_key.get(stage_name_key(name))
    if holder is None or holder is stage:
        return None
    return replace(taken("stage_name", holder.id), pointer="/name")


def create(state: WorkingSet, stage_id: str, name: str) -> Stage:
    """A new stage behind all others."""
    key = stage_name_key(name)
    stage = Stage(stage_id, name, key, len(state.stages))
    state.journal.put(state.stages, stage_id, stage)
    state.journal.put(state.stage_by_key, key, stage)
    return stage


def rename(state: WorkingSet, stage: Stage, name: str) -> None:
    """Names a stage; a name that two exchange belongs to the one that took it last."""
    key = stage_name_key(name)
    if state.stage_by_key.get(stage.name_key) is stage:
        state.journal.drop(state.stage_by_key, stage.name_key)
    state.journal.set(stage, "name", name)
    state.journal.set(stage, "name_key", key)
    state.journal.put(state.stage_by_key, key, stage)


def arrange(state: WorkingSet, order: Sequence[Stage]) -> None:
    """Counts the positions anew, from 0."""
    for position, stage in enumerate(order):
        state.journal.set(stage, "position", position)


def drop(state: WorkingSet, stage: Stage) -> None:
    """Takes a stage out of the pipeline; no company may stand in it any more."""
    state.journal.drop(state.stages, stage.id)
    if state.stage_by_key.get(stage.name_key) is stage:
        state.journal.drop(state.stage_by_key, stage.name_key)


def move_companies(state: WorkingSet, stage: Stage, target: Stage) -> None:
    """Moves all companies of a stage, however many, each with its row in the history (§9)."""
    occasion = state.occasion
    detail = {"from": stage.name, "to": target.name, "by": occasion.caller}
    state.sweep(
        "record_stage_changed",
        stage.id,
        f"act_{occasion.stem}_",
        detail,
        occasion.operation_id,
        state.next_rank(),
        occasion.accepted_at_ms,
    )
    state.sweep("companies_to_stage", stage.id, target.id, occasion.accepted_at_ms)

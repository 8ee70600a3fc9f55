"""A stage of the pipeline (contract §11)."""

from typing import Any

from models.records import Stage


def stage_document(stage: Stage) -> dict[str, Any]:
    """The stage's name and its place, counted from 0."""
    return {"id": stage.id, "name": stage.name, "position": stage.position}

"""update_project: changes settings of the project (contract §11)."""

from models.documents.project import project_document
from models.operations.project import UpdateProject
from models.outcomes import Effect
from models.working_set.project import change_setting
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: UpdateProject, batch: Reach) -> None:
    """The project's row is there in every batch."""


def apply(operation: UpdateProject, state: WorkingSet) -> Effect:
    for name, value in operation.changes.items():
        change_setting(state, name, value)
    return Effect(record=lambda: project_document(state.project))

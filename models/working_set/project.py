"""A project's settings, as its later operations are judged by them (contract §2, §11)."""

from typing import Any

from models.records import Project, ProjectSettings
from models.rules.identity import effective_email_trust
from models.working_set.state import WorkingSet


def settings_of(project: Project) -> ProjectSettings:
    """What deciding operations needs of a project's row."""
    return ProjectSettings(
        stage_update_mode=project.stage_update_mode,
        email_trust=effective_email_trust(project.email_trust, project.identity_verification),
        first_linked_fallback=project.first_linked_fallback,
        create_unknown_companies=project.create_unknown_companies,
    )


def change_setting(state: WorkingSet, name: str, value: Any) -> None:
    """Sets a column of the project; what comes behind in the batch is judged by it."""
    if getattr(state.project, name) != value:
        state.journal.set(state.project, name, value)
        state.journal.set(state, "settings", settings_of(state.project))

"""A scenario's project, really stored: settings, pipeline, and the companies that are there."""

from sqlalchemy import Connection, Table, insert

from models.operations.project_settings import ProjectSettingsUpdate
from models.provisioning.projects import CreatedProject, create_project, update_project
from models.provisioning.stages import list_stages
from models.store.columns import table_of
from models.tables import CompanyTable
from tests.model.generate import FIRST_ACCEPTED_AT_MS, Scenario

COMPANIES: Table = table_of(CompanyTable)


def store_project(connection: Connection, project_id: str, scenario: Scenario) -> CreatedProject:
    """Make the project as it is before the scenario's first step."""
    now_ms = FIRST_ACCEPTED_AT_MS
    created = create_project(connection, project_id, "Test", scenario.stages, now_ms)
    wanted = ProjectSettingsUpdate.model_validate(scenario.settings)
    update_project(connection, project_id, wanted, now_ms)
    stage_ids = {stage.name: stage.id for stage in list_stages(connection, project_id)}
    for known in scenario.companies:
        # Not made by hand as a person would: the scenario chooses the ids.
        connection.execute(
            insert(COMPANIES).values(
                project_id=project_id,
                id=known.id,
                external_id=known.external_id,
                name=known.name,
                stage_id=stage_ids[known.stage] if known.stage else None,
                metadata={},
                placeholder=False,
                created_at_ms=now_ms,
                updated_at_ms=now_ms,
            )
        )
    return created

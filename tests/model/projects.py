"""A scenario's project, really stored: settings, pipeline, and the companies that are there."""

from sqlalchemy import Connection, Table, insert

from models.operations.project_settings import ProjectSettingsUpdate
from models.provisioning.projects import CreatedProject, create_project, update_project
from models.rules.search_text import search_text
from models.rules.stage import stage_name_key
from models.store.columns import table_of
from models.tables import CompanyTable, StageTable
from tests.model.scenario import FIRST_ACCEPTED_AT_MS, Scenario
from tests.model.sequential import stage_id

COMPANIES: Table = table_of(CompanyTable)
STAGES: Table = table_of(StageTable)


def store_project(connection: Connection, project_id: str, scenario: Scenario) -> CreatedProject:
    """Make the project as it is before the scenario's first step."""
    now_ms = FIRST_ACCEPTED_AT_MS
    created = create_project(connection, project_id, "Test", (), now_ms)
    wanted = ProjectSettingsUpdate.model_validate(scenario.settings)
    update_project(connection, project_id, wanted, now_ms)
    # Not made by hand as a person would: the scenario chooses the ids.
    for position, name in enumerate(scenario.stages):
        connection.execute(
            insert(STAGES).values(
                project_id=project_id,
                id=stage_id(name),
                name=name,
                name_key=stage_name_key(name),
                position=position,
            )
        )
    for known in scenario.companies:
        connection.execute(
            insert(COMPANIES).values(
                project_id=project_id,
                id=known.id,
                external_id=known.external_id,
                name=known.name,
                stage_id=stage_id(known.stage) if known.stage else None,
                metadata={},
                placeholder=False,
                created_at_ms=now_ms,
                updated_at_ms=now_ms,
                search_text=search_text(known.name, known.external_id),
            )
        )
    return created

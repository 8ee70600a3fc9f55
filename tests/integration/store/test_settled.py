"""What became of operations, asked for many at once (contract §4)."""

from sqlalchemy import insert

from models.database import Database
from models.provisioning.projects import create_project
from models.queries.operations import PAIRS_IN_ONE_STATEMENT, find_settled
from models.store.columns import table_of
from models.tables import OperationTable

PROJECTS = [f"proj_{number}" for number in range(2 * PAIRS_IN_ONE_STATEMENT)]
"""More than one statement asks for."""


def operation(project_id: str, operation_id: str) -> dict[str, object]:
    return {
        "project_id": project_id,
        "id": operation_id,
        "sequence": 1,
        "type": "track",
        "caller": "secret",
        "status": "applied",
        "changes": [],
        "accepted_at_ms": 1,
        "applied_at_ms": 2,
    }


def test_operations_of_very_many_projects_are_found_each_in_its_own(database: Database) -> None:
    settled = PROJECTS[::7]
    with database.transaction() as connection:
        for project_id in settled:
            create_project(connection, project_id, project_id, ("Lead",), 1)
            row = operation(project_id, f"op_of_{project_id}")
            connection.execute(insert(table_of(OperationTable)).values(row))
    wanted = [(project_id, f"op_of_{project_id}") for project_id in PROJECTS]
    of_another = [(settled[0], f"op_of_{settled[1]}")]
    with database.reading() as connection:
        found = find_settled(connection, wanted + of_another)
        assert find_settled(connection, []) == {}
    assert sorted(found) == sorted((each, f"op_of_{each}") for each in settled)
    assert {record["operation_id"] for record in found.values()} == {key[1] for key in found}

"""The demo project of a first start (contract §13)."""

import time
from dataclasses import dataclass

from models.database import Database
from models.provisioning.projects import CreatedProject, create_project, oldest_project_id
from models.provisioning.refusals import ProjectIdTaken

DEMO_PROJECT_ID = "demo"
DEMO_NAME = "Demo"
DEMO_STAGES = ("Lead", "Qualified", "Proposal", "Customer")


@dataclass(frozen=True, slots=True)
class FirstProject:
    """The oldest project, to try things with; its keys only when it was made just now."""

    project_id: str
    created: CreatedProject | None


def ensure_demo_project(database_url: str) -> FirstProject:
    """Makes the demo project where there is no project at all.

    The database must be migrated. Raises Transient.
    """
    database = Database(database_url)
    try:
        with database.transaction() as connection:
            known_id = oldest_project_id(connection)
            if known_id is not None:
                return FirstProject(known_id, None)
            now_ms = time.time_ns() // 1_000_000
            made = create_project(connection, DEMO_PROJECT_ID, DEMO_NAME, DEMO_STAGES, now_ms)
            return FirstProject(DEMO_PROJECT_ID, made)
    except ProjectIdTaken:
        # Another `up` on the same database was a moment faster.
        return FirstProject(DEMO_PROJECT_ID, None)
    finally:
        database.close()

"""The demo project of a first start (contract §13)."""

import time

from models.database import Database
from models.provisioning.projects import CreatedProject, any_project, create_project
from models.provisioning.refusals import ProjectIdTaken

DEMO_PROJECT_ID = "demo"
DEMO_NAME = "Demo"
DEMO_STAGES = ("Lead", "Qualified", "Proposal", "Customer")


def ensure_demo_project(database_url: str) -> CreatedProject | None:
    """Makes the demo project where there is no project at all; None where there is one.

    The database must be migrated. Raises Transient.
    """
    database = Database(database_url)
    try:
        with database.transaction() as connection:
            if any_project(connection):
                return None
            now_ms = time.time_ns() // 1_000_000
            return create_project(connection, DEMO_PROJECT_ID, DEMO_NAME, DEMO_STAGES, now_ms)
    except ProjectIdTaken:
        return None  # another `up` on the same database was a moment faster
    finally:
        database.close()

"""A project to store things in."""

from models.database import Database
from models.provisioning.projects import create_project

PROJECT = "proj_test"


def make_project(database: Database) -> None:
    with database.transaction() as connection:
        create_project(connection, PROJECT, "Test", ["Lead", "Qualified", "Customer"], now_ms=1)

"""Changes of stored rows that need not be loaded, by the name that the working set notes them."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection

from models.working_set import Sweeping

STATEMENTS = {
    "claim_activity": (
        "UPDATE activity SET contact_id = {0} "
        "WHERE project_id = {project} AND visitor_id = {source} AND contact_id IS NULL"
    ),
    "activity_to_contact": (
        "UPDATE activity SET contact_id = {0} "
        "WHERE project_id = {project} AND contact_id = {source}"
    ),
    "events_to_company": (
        "UPDATE activity SET company_id = {0} "
        "WHERE project_id = {project} AND company_id = {source} AND kind = 'event'"
    ),
    "merges_to_contact": (
        "UPDATE contact_merges SET survivor_id = {0} "
        "WHERE project_id = {project} AND survivor_id = {source}"
    ),
    "visitors_to_contact": (
        "UPDATE visitors SET contact_id = {0} "
        "WHERE project_id = {project} AND contact_id = {source}"
    ),
    "active_company_of_contact": (
        "UPDATE visitors SET active_company_id = {0} "
        "WHERE project_id = {project} AND contact_id = {source} AND active_company_id = {1}"
    ),
    "active_company_gone": (
        "UPDATE visitors SET active_company_id = NULL "
        "WHERE project_id = {project} AND active_company_id = {source}"
    ),
}
"""`source` says which rows; the first value is where they move."""


def run(connection: Connection, project_id: str, sweepings: Sequence[Sweeping]) -> None:
    """Runs them in the order in which they were noted."""
    place = "%({})s" if connection.dialect.name == "postgresql" else ":{}"
    for statement, group in groupby(sweepings, key=lambda sweeping: sweeping.statement):
        parameters = [
            {"project": project_id, "source": each.source}
            | {f"value_{at}": value for at, value in enumerate(each.values)}
            for each in group
        ]
        text = STATEMENTS[statement].format(
            *(place.format(f"value_{at}") for at in range(2)),
            project=place.format("project"),
            source=place.format("source"),
        )
        connection.exec_driver_sql(text, parameters)

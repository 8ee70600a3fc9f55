"""Changes of stored rows that need not be loaded, by the name that the working set notes them."""

from collections.abc import Sequence

from models.store.rows import Rows
from models.working_set.state import Sweeping

STATEMENTS = {
    "claim_activity": (
        "UPDATE activity SET contact_id = {value_0} "
        "WHERE project_id = {project} AND visitor_id = {source} AND contact_id IS NULL"
    ),
    "activity_to_contact": (
        "UPDATE activity SET contact_id = {value_0} "
        "WHERE project_id = {project} AND contact_id = {source}"
    ),
    "events_to_company": (
        "UPDATE activity SET company_id = {value_0} "
        "WHERE project_id = {project} AND company_id = {source} AND kind = 'event'"
    ),
    "merges_to_contact": (
        "UPDATE contact_merges SET survivor_id = {value_0} "
        "WHERE project_id = {project} AND survivor_id = {source}"
    ),
    "active_company_of_contact": (
        "UPDATE visitors SET active_company_id = {value_0} "
        "WHERE project_id = {project} AND contact_id = {source} AND active_company_id = {value_1}"
    ),
    "active_company_gone": (
        "UPDATE visitors SET active_company_id = NULL "
        "WHERE project_id = {project} AND active_company_id = {source}"
    ),
    "revoke_key": (
        "UPDATE keys SET revoked_at_ms = {value_0} WHERE project_id = {project} AND id = {source}"
    ),
}
"""`source` says which rows; the first value is where they move."""


def run(rows: Rows, sweepings: Sequence[Sweeping]) -> None:
    """Runs them in the order in which they were noted."""
    for each in sweepings:
        values = {f"value_{at}": value for at, value in enumerate(each.values)}
        named = {"project": rows.project_id, "source": each.source, **values}
        rows.run(STATEMENTS[each.statement], [named])

"""Changes of stored rows that need not be loaded, by the name that the working set notes them."""

from collections.abc import Sequence

from models.store.columns import encode
from models.store.writes import Writes
from models.working_set.state import Sweeping, SweptValue

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
    "record_stage_changed": (
        "INSERT INTO activity (project_id, id, kind, company_id, detail, operation_id, rank, "
        "occurred_at_ms, recorded_at_ms) "
        "SELECT {project}, {value_0} || id, 'stage_changed', id, {value_1}, {value_2}, {value_3}, "
        "{value_4}, {value_4} FROM companies WHERE project_id = {project} AND stage_id = {source}"
    ),
    "companies_to_stage": (
        "UPDATE companies SET stage_id = {value_0}, "
        "updated_at_ms = CASE WHEN updated_at_ms < {value_1} THEN {value_1} ELSE updated_at_ms END "
        "WHERE project_id = {project} AND stage_id = {source}"
    ),
    "revoke_key": (
        "UPDATE keys SET revoked_at_ms = {value_0} WHERE project_id = {project} AND id = {source}"
    ),
}
"""`source` says which rows; the first value is where they move."""

REMOVALS = {
    "activity_of_contact_gone": (
        "DELETE FROM activity WHERE project_id = {project} AND contact_id = {source} AND "
        "(company_id IS NULL OR (kind = 'event' AND {entity} = 'visitor') OR NOT EXISTS "
        "(SELECT 1 FROM companies WHERE companies.project_id = activity.project_id "
        "AND companies.id = activity.company_id LIMIT 1 OFFSET 0))"
    ),
    "activity_of_company_gone": (
        "DELETE FROM activity WHERE project_id = {project} AND company_id = {source} AND "
        "(contact_id IS NULL OR NOT EXISTS "
        "(SELECT 1 FROM contacts WHERE contacts.project_id = activity.project_id "
        "AND contacts.id = activity.contact_id LIMIT 1 OFFSET 0))"
    ),
    "merges_of_contact_gone": (
        "DELETE FROM contact_merges WHERE project_id = {project} AND survivor_id = {source}"
    ),
}
"""`source` is gone for good, so it is enough to run them when all else is written: whatever moved
to it, is there by then. The offsets make PostgreSQL look records up one by one: it may answer all
questions of a kind at once otherwise, by reading everybody's.
"""


LARGE = frozenset(
    {"record_stage_changed", "companies_to_stage", "activity_to_contact", "events_to_company"}
)
"""May concern any number of rows; one that ran out of time would be tried for ever."""


def move(rows: Writes, sweepings: Sequence[Sweeping]) -> None:
    """Runs those that change rows, in the order in which they were noted."""
    if not LARGE.isdisjoint(each.statement for each in sweepings):
        rows.take_time()
    for each in sweepings:
        if each.statement in STATEMENTS:
            values = {f"value_{at}": _storable(value) for at, value in enumerate(each.values)}
            named = {"project": rows.project_id, "source": each.source, **values}
            rows.run(STATEMENTS[each.statement], [named])


def remove(rows: Writes, sweepings: Sequence[Sweeping]) -> None:
    """Runs those that remove what is left of a contact or company."""
    removals = [each for each in sweepings if each.statement in REMOVALS]
    if removals:
        rows.take_time()
    entity = rows.json_field("detail", "entity")
    for each in removals:
        statement = REMOVALS[each.statement].replace("{entity}", entity)
        rows.run(statement, [{"project": rows.project_id, "source": each.source}])


def _storable(value: SweptValue) -> str | int:
    return encode(value) if isinstance(value, dict) else value

"""Operations that were set aside: somebody has to look at them."""

from ingest_api.cli.diagnosis.check import Check, ok, unread_in_database
from models.database import Database, Transient
from models.queries.dead_letter_counts import count_dead_letters

NAME = "dead_letters"
PROJECTS_NAMED = 5


def check_dead_letters(database: Database) -> Check:
    """Count them by project."""
    try:
        with database.reading() as connection:
            counts = count_dead_letters(connection)
    except Transient as error:
        return unread_in_database(NAME, error)
    if not counts:
        return ok(NAME, "none")
    named = ", ".join(f"{count} of {project}" for project, count in counts[:PROJECTS_NAMED])
    more = f", and of {len(counts) - PROJECTS_NAMED} more" if len(counts) > PROJECTS_NAMED else ""
    return Check(
        NAME,
        "warn",
        named + more,
        f"look with `hal-ingest dead-letters list {counts[0][0]}`; mend the cause, then replay or "
        "discard them",
    )

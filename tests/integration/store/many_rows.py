"""Two projects as they are after a long time, made by statements that both databases know.

The first has `CONTACTS` contacts and what belongs to them, the second a tenth of that, so that no
plan can take a table for a project.
"""

from sqlalchemy import Connection, select, text

from models.database import Database
from models.provisioning.projects import CreatedProject, create_project
from models.store.columns import table_of
from models.tables import StageTable

PROJECT = "proj_large"
OTHER_PROJECT = "proj_other"
CONTACTS = 100_000
COMPANIES = 20_000
OPERATIONS = 50_000
VISITORS = 20_000
MERGED_CONTACTS = 2_500
LARGE_COMPANY = "com_1000000"
LARGE_COMPANY_EVERY = 10
"""One in so many contacts is linked to the large company too."""
BUSY_CONTACT = "con_1000000"
BUSY_EVENTS = 10_000
NOW_MS = 1_760_000_000_000

_STAGES = table_of(StageTable).c
_ROWS: dict[str, tuple[int, dict[str, str]]] = {
    "contacts": (
        CONTACTS,
        {
            "id": "'con_' || (1000000 + n)",
            "user_id": "'user_' || n",
            "email": "'p' || n || '@example.com'",
            "name": "'Person ' || n",
            "tags": """json('["t' || (n % 50) || '"]')""",
            "metadata": """'{"plan": "free"}'""",
            "created_at_ms": ":now_ms",
            "updated_at_ms": ":now_ms",
            "search_text": "'person ' || n || ' p' || n || '@example.com'",
        },
    ),
    "contact_emails": (
        CONTACTS,
        {"email": "'p' || n || '@example.com'", "contact_id": "'con_' || (1000000 + n)"},
    ),
    "visitors": (
        VISITORS,
        {
            "visitor_id": "'v' || n",
            "contact_id": "'con_' || (1000000 + n)",
            "properties": "'{}'",
            "created_at_ms": ":now_ms",
            "updated_at_ms": ":now_ms",
        },
    ),
    "contact_tags": (
        CONTACTS,
        {"tag": "'t' || (n % 50)", "contact_id": "'con_' || (1000000 + n)"},
    ),
    "contact_merges": (
        MERGED_CONTACTS,
        {
            "merged_id": f"'con_' || (1000000 + {MERGED_CONTACTS} + n)",
            "survivor_id": "'con_' || (1000000 + n)",
            "prior": "'{}'",
            "operation_id": "'op_' || (100000000000000000 + n) || '00000000000000'",
            "merged_at_ms": ":now_ms",
        },
    ),
    "companies": (
        COMPANIES,
        {
            "id": "'com_' || (1000000 + n)",
            "external_id": "'ext_' || n",
            "name": "'Company ' || n",
            "domain": "'d' || (n % 2000) || '.example'",
            "stage_id": "CASE WHEN n % 3 = 0 THEN :stage_id END",
            "metadata": "'{}'",
            "placeholder": "n % 4 = 1",
            "created_at_ms": ":now_ms",
            "updated_at_ms": ":now_ms",
            "search_text": "'company ' || n",
        },
    ),
    "links": (
        CONTACTS,
        {
            "contact_id": "'con_' || (1000000 + n)",
            "company_id": f"'com_' || (1000001 + n % {COMPANIES // 10 - 1})",
            "age_rank": "n",
            "linked_at_ms": ":now_ms",
        },
    ),
    "links ": (
        CONTACTS // LARGE_COMPANY_EVERY,
        {
            "contact_id": f"'con_' || (1000000 + n * {LARGE_COMPANY_EVERY})",
            "company_id": f"'{LARGE_COMPANY}'",
            "age_rank": "-1 - n",
            "linked_at_ms": ":now_ms",
        },
    ),
    "operations": (
        OPERATIONS,
        {
            "id": "'op_' || (100000000000000000 + n) || '00000000000000'",
            "sequence": "n",
            "type": "CASE WHEN n % 1000 = 7 THEN 'set_deal' ELSE 'identify' END",
            "caller": "'secret'",
            "status": "CASE WHEN n % 500 = 3 THEN 'rejected' WHEN n % 2 = 0 THEN 'unchanged'"
            " ELSE 'applied' END",
            "visitor_id": "'v' || (n % 5000)",
            "contact_id": "'con_' || (1000000 + n % 5000)",
            "changes": "'[]'",
            "accepted_at_ms": ":now_ms",
            "applied_at_ms": ":now_ms",
        },
    ),
    "activity": (
        OPERATIONS,
        {
            "id": "'act_' || n",
            "kind": "'event'",
            "contact_id": f"CASE WHEN n < {BUSY_EVENTS} THEN '{BUSY_CONTACT}'"
            " ELSE 'con_' || (1000000 + n) END",
            "company_id": f"CASE WHEN n % 10 = 0 THEN '{LARGE_COMPANY}' END",
            "visitor_id": "'v' || n",
            "name": "'login'",
            "detail": """'{"value": null, "entity": "visitor"}'""",
            "operation_id": "'op_' || (100000000000000000 + n) || '00000000000000'",
            "rank": "n",
            "occurred_at_ms": ":now_ms + (n * 7919) % 1000003",
            "recorded_at_ms": ":now_ms",
        },
    ),
}


def fill(database: Database, *, analyzed: bool = True) -> CreatedProject:
    """Make both projects; returns the large one with its keys.

    Where `analyzed`, PostgreSQL learns what it would know a minute later.

    It is spared the check of each reference, which takes longer than all the rest.
    """
    made: list[CreatedProject] = []
    for project_id, part in ((PROJECT, 1), (OTHER_PROJECT, 10)):
        with database.transaction() as connection:
            stages = ("Lead", "Customer")
            made.append(create_project(connection, project_id, "Large", stages, NOW_MS))
            if database.is_postgresql:
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            _fill_project(connection, project_id, part)
    if database.is_postgresql and analyzed:
        autocommit = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with autocommit as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return made[0]


def _fill_project(connection: Connection, project_id: str, part: int) -> None:
    first_stage = select(_STAGES.id).where(_STAGES.project_id == project_id, _STAGES.position == 0)
    stage_id = connection.execute(first_stage).scalar_one()
    for table, (count, columns) in _ROWS.items():
        rows = (
            "WITH RECURSIVE numbers(n) AS"
            " (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :row_count)"
            f" SELECT :project_id, {', '.join(columns.values())} FROM numbers"
        )
        connection.execute(
            text(f"INSERT INTO {table} (project_id, {', '.join(columns)}) {rows}"),
            {
                "row_count": count // part,
                "project_id": project_id,
                "now_ms": NOW_MS,
                "stage_id": stage_id,
            },
        )

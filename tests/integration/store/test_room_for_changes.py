"""PostgreSQL changes a record beside where it was, leaving its indexes alone (migration 0004)."""

import pytest
from sqlalchemy import text

from models.database import Database
from models.records import Company, Contact, Visitor
from models.store.dialects import rows_over
from models.store.load import gather
from models.store.save import save
from models.working_set.reach import Reach
from tests.integration.store.projects import PROJECT, make_project

MANY = 500
"""Of each, they fill several pages."""
CHANGED = range(0, MANY, 50)
ALL = Reach(
    visitor_ids={f"v{n}" for n in range(MANY)},
    contacts={f"con_{n}" for n in range(MANY)},
    companies={f"com_{n}" for n in range(MANY)},
)
# Counted for the transaction itself: what is counted for all comes when it likes.
UPDATED = text(
    "SELECT relname, pg_stat_get_xact_tuples_updated(oid), pg_stat_get_xact_tuples_hot_updated(oid)"
    " FROM pg_class WHERE relname IN ('visitors', 'contacts', 'companies')"
)


@pytest.fixture
def database(postgresql_url: str) -> Database:
    return Database(postgresql_url)


def test_a_change_of_metadata_writes_to_no_index(database: Database) -> None:
    make_project(database)
    with database.transaction() as connection:
        gathered = gather(rows_over(connection, PROJECT), ALL)
        state = gathered.state
        for n in range(MANY):
            state.journal.put(state.visitors, f"v{n}", Visitor(f"v{n}", 1, 1))
            state.journal.put(
                state.contacts, f"con_{n}", Contact(f"con_{n}", 1, 1, user_id=f"u{n}")
            )
            state.journal.put(state.companies, f"com_{n}", Company(f"com_{n}", 1, 1, name="Acme"))
        save(rows_over(connection, PROJECT), gathered)
    with database.transaction() as connection:
        gathered = gather(rows_over(connection, PROJECT), ALL)
        state = gathered.state
        for n in CHANGED:
            state.journal.set(state.visitors[f"v{n}"], "properties", {"plan": "team"})
            state.journal.set(state.contacts[f"con_{n}"], "metadata", {"plan": "team"})
            state.journal.set(state.companies[f"com_{n}"], "metadata", {"plan": "team"})
        save(rows_over(connection, PROJECT), gathered)
        updated = {name: (rows, beside) for name, rows, beside in connection.execute(UPDATED)}
    assert updated == dict.fromkeys(
        ("visitors", "contacts", "companies"), (len(CHANGED), len(CHANGED))
    )
    database.close()

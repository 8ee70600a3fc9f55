"""What was stored before there were searches is found by them (migration 0002)."""

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import select, text

from models.database import Database
from models.migrations import configuration
from models.store.columns import table_of
from models.tables import CompanyTable, ContactTable, ContactTagTable
from tests.integration.store.older_databases import database_of

CONTACTS = table_of(ContactTable).c
COMPANIES = table_of(CompanyTable).c
TAGS = table_of(ContactTagTable).c
MORE_THAN_TWO_STEPS = 2_001
ADD_CONTACT = text(
    "INSERT INTO contacts (project_id, id, name, email, tags, metadata, created_at_ms, "
    "updated_at_ms) VALUES (:project_id, :id, :name, :email, :tags, '{}', 0, 0)"
)
ADD_COMPANY = text(
    "INSERT INTO companies (project_id, id, name, external_id, metadata, placeholder, "
    "created_at_ms, updated_at_ms) VALUES ('here', :id, :name, :external_id, '{}', false, 0, 0)"
)


@pytest.fixture
def older_database(unmigrated_url: str) -> Iterator[Database]:
    """A database as the first migration leaves it."""
    with database_of("0001", unmigrated_url) as database:
        yield database


def test_stored_contacts_get_their_search_text_and_their_tags(older_database: Database) -> None:
    contacts = [
        {
            "project_id": "here" if number % 2 else "there",
            "id": f"con_{number}",
            "name": "Ada STRAẞE" if number else None,
            "email": f"a{number}@example.com" if number else None,
            "tags": '["vip","vip","x"]' if number == 1 else "[]",
        }
        for number in range(MORE_THAN_TWO_STEPS)
    ]
    with older_database.transaction() as connection:
        connection.execute(ADD_CONTACT, contacts)
    command.upgrade(configuration(older_database), "head")
    with older_database.reading() as connection:
        found = dict(iter(connection.execute(select(CONTACTS.id, CONTACTS.search_text))))
        tags = connection.execute(select(TAGS.project_id, TAGS.tag, TAGS.contact_id)).all()
    assert found.pop("con_0") is None
    assert found == {
        f"con_{number}": f"ada strasse\na{number}@example.com"
        for number in range(1, MORE_THAN_TWO_STEPS)
    }
    assert sorted(tuple(row) for row in tags) == [
        ("here", "vip", "con_1"),
        ("here", "x", "con_1"),
    ]


def test_stored_companies_get_their_search_text(older_database: Database) -> None:
    with older_database.transaction() as connection:
        connection.execute(
            ADD_COMPANY,
            [
                {"id": "com_1", "name": "Acme", "external_id": "ACME-1"},
                {"id": "com_2", "name": None, "external_id": None},
            ],
        )
    command.upgrade(configuration(older_database), "head")
    with older_database.reading() as connection:
        found = dict(iter(connection.execute(select(COMPANIES.id, COMPANIES.search_text))))
    assert found == {"com_1": "acme\nacme-1", "com_2": None}

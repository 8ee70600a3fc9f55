"""What is saved is what is read again, exactly and alike on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest

from models.database import Database
from models.records import Company, Contact, ContactEmail, Link, Visitor
from models.store.dialects import rows_over
from models.store.load import gather
from models.store.save import save
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet
from tests.integration.store.projects import PROJECT, make_project


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    make_project(database)
    yield database
    database.close()


def everything() -> Reach:
    return Reach(
        visitor_ids={"v1"},
        contacts_of={"v1"},
        user_ids={"u1", "u2"},
        emails={"ada@example.com"},
        companies={"com_1", "com_2"},
    )


TABLES = {
    Visitor: ("visitors", "visitor_id"),
    Contact: ("contacts", "id"),
    ContactEmail: ("emails", "email"),
    Company: ("companies", "id"),
}


def put(state: WorkingSet, *records: Any) -> None:
    """Adds records as all changes are made: through the journal."""
    for record in records:
        table, key = TABLES[type(record)]
        state.journal.put(getattr(state, table), getattr(record, key), record)


def change(database: Database, how: Any) -> WorkingSet:
    """Applies `how` to the working set, saves, and reads it again."""
    with database.transaction() as connection:
        rows = rows_over(connection, PROJECT)
        gathered = gather(rows, everything())
        how(gathered.state)
        with rows.writing():
            save(rows, gathered)
    with database.reading() as connection:
        return gather(rows_over(connection, PROJECT), everything()).state


HOSTILE = {
    "__proto__": {"x": 1},
    "a.b": [1, 1.0, 1e22, -0.0, 2**53 - 1, True, None],
    "$set": 'quote " backslash \\ brace { } comma , \u2028 \x7f',
    "ключ": "Ωmega 🦄 \ue000",
    "": "",
}


def test_metadata_comes_back_exactly(database: Database) -> None:
    contact = Contact("con_1", 1, 2, user_id="u1", tags=['"', "\\", "{a,b}"], metadata=HOSTILE)
    stored = change(database, lambda state: put(state, contact)).contacts["con_1"]
    assert stored == contact
    assert repr(stored.metadata) == repr(HOSTILE)


def test_a_change_that_python_takes_for_equal_is_saved(database: Database) -> None:
    def make(state: WorkingSet) -> None:
        put(state, Contact("con_1", 1, 1, user_id="u1", metadata={"paid": 1}))

    def turn(state: WorkingSet) -> None:
        state.journal.set(state.contacts["con_1"], "metadata", {"paid": True})

    change(database, make)
    assert change(database, turn).contacts["con_1"].metadata["paid"] is True


def test_texts_are_kept_as_they_are(database: Database) -> None:
    contact = Contact("con_1", 1, 1, user_id="u1", name="null", notes="\\N\t\r\n'%s' :x {}")
    assert change(database, lambda state: put(state, contact)).contacts["con_1"] == contact


def test_two_contacts_can_exchange_their_user_ids(database: Database) -> None:
    def make(state: WorkingSet) -> None:
        put(state, Contact("con_1", 1, 1, user_id="u1"))
        put(state, Contact("con_2", 1, 1, user_id="u2"))

    def exchange(state: WorkingSet) -> None:
        state.journal.set(state.contacts["con_1"], "user_id", "u2")
        state.journal.set(state.contacts["con_2"], "user_id", "u1")

    change(database, make)
    exchanged = change(database, exchange).contacts
    assert {each.id: each.user_id for each in exchanged.values()} == {"con_1": "u2", "con_2": "u1"}


def test_a_user_id_can_pass_from_a_contact_that_goes(database: Database) -> None:
    def make(state: WorkingSet) -> None:
        put(state, Contact("con_1", 1, 1, user_id="u1"))
        put(state, Contact("con_2", 1, 1, user_id="u2"))

    def inherit(state: WorkingSet) -> None:
        state.journal.drop(state.contacts, "con_1")
        state.journal.set(state.contacts["con_2"], "user_id", "u1")

    change(database, make)
    left = change(database, inherit).contacts
    assert {each.id: each.user_id for each in left.values()} == {"con_2": "u1"}


def test_a_company_is_found_by_id_before_external_id(database: Database) -> None:
    def make(state: WorkingSet) -> None:
        put(state, Company("com_1", 1, 1, external_id="com_2", name="First"))
        put(state, Company("com_2", 1, 1, name="Second", deal_value_e4=9_999_999_999_999_999))

    state = change(database, make)
    found = state.company_by_reference("com_2")
    assert found is not None
    assert (found.name, found.deal_value_e4) == ("Second", 9_999_999_999_999_999)


def test_rows_that_refer_to_one_another_are_saved_in_one_go(database: Database) -> None:
    def make(state: WorkingSet) -> None:
        put(state, Visitor("v1", 1, 1, contact_id="con_1", properties={"n": 1}))
        put(state, Contact("con_1", 1, 1, email="ada@example.com"))
        put(state, ContactEmail("ada@example.com", "con_1"))

    state = change(database, make)
    assert state.contact_by_email("ada@example.com") is state.contact_of(state.visitors["v1"])


def test_links_that_go_take_none_that_shares_a_contact_and_a_company_with_them(
    database: Database,
) -> None:
    pairs = [("con_1", "com_1"), ("con_1", "com_2"), ("con_2", "com_1"), ("con_2", "com_2")]

    def make(state: WorkingSet) -> None:
        for number in (1, 2):
            put(state, Contact(f"con_{number}", 1, 1, user_id=f"u{number}"))
            put(state, Company(f"com_{number}", 1, 1, name="Acme"))
        for rank, pair in enumerate(pairs):
            state.journal.put(state.links, pair, Link(*pair, age_rank=rank, linked_at_ms=1))

    def unlink(state: WorkingSet) -> None:
        for pair in (pairs[0], pairs[3]):
            state.journal.drop(state.links, pair)

    assert set(change(database, make).links) == set(pairs)
    assert set(change(database, unlink).links) == {pairs[1], pairs[2]}

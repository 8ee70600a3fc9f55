"""Transactions begin and end in one place, and passing errors are told from lasting ones."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from models.database import Database, Transient
from models.store.columns import table_of
from models.store.ledger import lock_mailbox
from models.tables import ContactEmailTable, StageTable
from tests.integration.store.projects import PROJECT, make_project
from tests.services.waiting import wait_until

STAGES = table_of(StageTable)
THE_OTHERS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
END_THE_OTHERS = THE_OTHERS.replace("count(*)", "count(pg_terminate_backend(pid))")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, lock_timeout_s=0.2, connect_timeout_s=0.2)
    make_project(database)
    yield database
    database.close()


def names(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(STAGES.c.name)).scalars())


def add_stage_and_raise(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(insert(STAGES).values(stage("new")))
        raise KeyError


def add_stages_after(database: Database, *statements: str, count: int = 1) -> None:
    with database.transaction() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        for number in range(count):
            row = stage(f"{number} {'new' * 300}") | {"position": 100 + number}
            connection.execute(insert(STAGES).values(row))


def count(database: Database, statement: str) -> int:
    with database.reading() as connection:
        return int(connection.exec_driver_sql(statement).scalar_one())


def lock(database: Database) -> bool:
    with database.transaction() as connection:
        return lock_mailbox(connection, PROJECT)


def begin(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(select(STAGES.c.name))


def stage(name: str) -> dict[str, object]:
    return {"project_id": PROJECT, "id": name, "name": name, "name_key": name, "position": 99}


def test_a_transaction_that_ends_cleanly_is_committed(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(insert(STAGES).values(stage("new")))
    assert "new" in names(database)


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(KeyError):
        add_stage_and_raise(database)
    assert "new" not in names(database)


def test_one_drain_at_a_time_holds_a_project(database: Database) -> None:
    with database.transaction() as first:
        assert lock_mailbox(first, PROJECT)
        if database.is_postgresql:
            with database.transaction() as second:
                assert not lock_mailbox(second, PROJECT)
        else:
            with pytest.raises(Transient):
                begin(database)
    with database.transaction() as third:
        assert lock_mailbox(third, PROJECT)


def test_a_project_that_does_not_exist_has_no_mailbox_to_lock(database: Database) -> None:
    with database.transaction() as connection:
        assert not lock_mailbox(connection, "nobody")


def test_a_broken_constraint_is_no_passing_error(database: Database) -> None:
    stray = {"project_id": PROJECT, "email": "a@b.example", "contact_id": "con_none"}
    with pytest.raises(IntegrityError), database.transaction() as connection:
        connection.execute(insert(table_of(ContactEmailTable)).values(stray))


def test_a_database_that_is_away_is_a_passing_error() -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_timeout_s=0.5)
    with pytest.raises(Transient), away.reading():
        pass


def test_a_database_that_only_reads_is_a_passing_error(database: Database) -> None:
    only_reads = "SET TRANSACTION READ ONLY" if database.is_postgresql else "PRAGMA query_only = 1"
    with pytest.raises(Transient):
        add_stages_after(database, only_reads)


@pytest.mark.parametrize("writes", [add_stages_after, lock])
def test_a_session_that_began_while_the_database_only_read_is_left(
    postgresql_url: str, writes: Callable[[Database], object]
) -> None:
    with closing(Database(postgresql_url, pool_size=1)) as database:
        make_project(database)
        with database.reading() as connection:
            connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        with pytest.raises(Transient):
            writes(database)
        writes(database)


def test_a_full_disk_is_a_passing_error(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database:
        make_project(database)
        with pytest.raises(Transient):
            add_stages_after(database, "PRAGMA max_page_count = 1", count=500)


def test_a_right_that_was_taken_away_is_a_passing_error(postgresql_url: str) -> None:
    with closing(Database(postgresql_url)) as database:
        make_project(database)
        with pytest.raises(Transient):
            add_stages_after(database, "CREATE ROLE poor", "SET LOCAL ROLE poor")


def test_a_connection_that_the_server_has_ended_is_not_used_again(postgresql_url: str) -> None:
    with closing(Database(postgresql_url)) as database, closing(Database(postgresql_url)) as other:
        begin(database)
        count(other, END_THE_OTHERS)
        wait_until(lambda: count(other, THE_OTHERS) == 0, what="the server has ended it")
        assert count(database, "SELECT 1") == 1


@pytest.mark.parametrize("within_s", [2.0, 5.0, 10.0, 20.0])
def test_the_server_looks_for_clients_that_the_network_has_lost(
    postgresql_url: str, within_s: float
) -> None:
    database = Database(postgresql_url, idle_in_transaction_timeout_s=within_s)
    told = text(
        "SELECT reset_val::int FROM pg_settings WHERE name LIKE 'tcp_keepalives_%' ORDER BY name"
    )
    with closing(database), database.reading() as connection:
        count, idle_s, interval_s = connection.scalars(told)
    assert idle_s + count * interval_s == within_s

"""A worker that freezes in the midst of a batch does not keep its project (PostgreSQL)."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from psycopg import OperationalError
from sqlalchemy import Connection, text

from models.database import Database
from models.store.ledger import lock_mailbox, lock_mailboxes
from tests.integration.store.projects import PROJECT, make_project
from tests.services.waiting import wait_until

IDLE_S = 0.3

STATE = text("SELECT state || ' ' || wait_event FROM pg_stat_activity WHERE pid = :pid")


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    opened = Database(postgresql_url, idle_in_transaction_timeout_s=IDLE_S)
    make_project(opened)
    yield opened
    opened.close()


@pytest.fixture
def locked(postgresql_url: str, database: Database) -> Iterator[Any]:
    """The driver of a session that has locked the project."""
    own = Database(postgresql_url, idle_in_transaction_timeout_s=IDLE_S)
    with own.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        assert lock_mailbox(connection, PROJECT)
        yield driver
        driver.close()
    own.close()


@pytest.fixture
def frozen(database: Database, locked: Any) -> Iterator[Any]:
    """One that has also sent a part of a pipeline."""
    with suppress(OperationalError), locked.pipeline():
        locked.execute("SELECT 1")
        wait_until(lambda: state_of(database, locked) == "active ClientRead")
        yield locked


@pytest.fixture
def frozen_behind_a_pipeline(database: Database, locked: Any) -> Any:
    """One that says nothing more since the Flush that psycopg mostly sends behind a pipeline."""
    locked.pgconn.send_flush_request()
    locked.pgconn.flush()
    wait_until(lambda: state_of(database, locked) == "idle in transaction ClientRead")
    return locked


def state_of(database: Database, driver: Any) -> str | None:
    with database.reading() as connection:
        state: str | None = connection.scalar(STATE, {"pid": driver.info.backend_pid})
    return state


def locks_one(connection: Connection) -> bool:
    return lock_mailbox(connection, PROJECT)


def locks_several(connection: Connection) -> bool:
    return list(lock_mailboxes(connection, [PROJECT])) == [PROJECT]


@pytest.mark.parametrize("locks", [locks_one, locks_several])
@pytest.mark.parametrize("session", ["frozen", "frozen_behind_a_pipeline"])
def test_who_needs_the_project_ends_a_session_that_is_silent_for_too_long(
    request: pytest.FixtureRequest,
    database: Database,
    session: str,
    locks: Callable[[Connection], bool],
) -> None:
    silent = request.getfixturevalue(session)

    def is_free() -> bool:
        with database.transaction() as connection:
            return locks(connection)

    wait_until(is_free, what="the project is free")
    assert state_of(database, silent) is None


def test_a_session_that_was_heard_of_lately_goes_on(postgresql_url: str, frozen: Any) -> None:
    patient = Database(postgresql_url, idle_in_transaction_timeout_s=60.0)
    with patient.transaction() as connection:
        assert not lock_mailbox(connection, PROJECT)
    assert state_of(patient, frozen) == "active ClientRead"
    patient.close()


def test_one_that_holds_no_mailbox_is_none_of_its_business(
    postgresql_url: str, database: Database, frozen: Any
) -> None:
    other = Database(postgresql_url)
    with other.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        with driver.pipeline():
            driver.execute("SELECT 1")
            wait_until(lambda: state_of(database, driver) == "active ClientRead")

            def is_free() -> bool:
                with database.transaction() as connection:
                    return lock_mailbox(connection, PROJECT)

            wait_until(is_free, what="the project is free")
            assert state_of(database, driver) == "active ClientRead"
    other.close()


def test_a_session_of_another_role_is_left_to_itself(
    database: Database, frozen: Any, other_role: str
) -> None:
    wait_until(lambda: silent_for_s(database, frozen) > IDLE_S)
    with database.transaction() as connection:
        # One that sees all sessions, and may end none of them.
        connection.execute(text(f"SET LOCAL ROLE {other_role}"))
        assert not lock_mailbox(connection, PROJECT)
    assert state_of(database, frozen) == "active ClientRead"


@pytest.fixture
def other_role(database: Database) -> Iterator[str]:
    role = f"other_{uuid4().hex}"
    with database.transaction() as connection:
        connection.execute(text(f"CREATE ROLE {role} IN ROLE pg_read_all_stats"))
        connection.execute(text(f"GRANT SELECT, UPDATE ON mailboxes TO {role}"))
    yield role
    with database.transaction() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))


def silent_for_s(database: Database, driver: Any) -> float:
    with database.reading() as connection:
        since = text(
            "SELECT extract(epoch FROM clock_timestamp() - state_change)::float "
            "FROM pg_stat_activity WHERE pid = :pid"
        )
        return float(connection.scalar(since, {"pid": driver.info.backend_pid}) or 0.0)

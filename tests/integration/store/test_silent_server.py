"""A server from which nothing comes any more is given up (PostgreSQL)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from models.database import Database, NoAnswer, StatementTimeout
from models.store.dialects import rows_over
from models.store.ledger import lock_mailbox
from tests.faults.ground import SOCKET
from tests.faults.link import Link, Links, LocalPort, SocketFile
from tests.integration.store.projects import PROJECT, make_project

STATEMENT_S = 0.2


@pytest.fixture
def link(postgresql_url: str) -> Iterator[Link]:
    """A way to the server."""
    url = make_url(postgresql_url)
    folder = url.query.get("host")
    with Links() as links:
        if isinstance(folder, str):
            yield links.to("database", SocketFile(Path(folder) / SOCKET))
        else:
            yield links.to("database", LocalPort(url.port or 5432))


@pytest.fixture
def database(postgresql_url: str, link: Link) -> Iterator[Database]:
    """One that is reached over the link."""
    url = make_url(postgresql_url).set(host="127.0.0.1", port=link.port, query={})
    over = url.update_query_dict({"sslmode": "disable", "gssencmode": "disable"})
    opened = Database(over.render_as_string(hide_password=False), statement_timeout_s=STATEMENT_S)
    make_project(opened)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less is to be waited for than two seconds."""
    monkeypatch.setattr("models.patient_connection.SILENCE_S", 0.2)


def asks(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))


def locks(connection: Connection) -> None:
    lock_mailbox(connection, PROJECT)


def writes(connection: Connection) -> None:
    rows = rows_over(connection, PROJECT)
    with rows.writing():
        rows.check_references()


def commits(connection: Connection) -> None:
    connection.commit()


def say_into_silence(database: Database, link: Link, does: Callable[[Connection], None]) -> None:
    with database.transaction() as connection:
        asks(connection)
        link.fall_silent()
        does(connection)


@pytest.mark.parametrize("does", [asks, locks, writes, commits])
def test_who_waits_in_vain_gives_up_and_finds_the_next_connection_good(
    database: Database, link: Link, does: Callable[[Connection], None]
) -> None:
    with pytest.raises(NoAnswer):
        say_into_silence(database, link, does)
    with database.transaction() as connection:
        assert lock_mailbox(connection, PROJECT)


def test_what_may_take_long_is_waited_for(database: Database) -> None:
    with database.transaction() as connection:
        rows_over(connection, PROJECT).take_time()
        connection.execute(text("SELECT pg_sleep(0.6)"))
    with pytest.raises(StatementTimeout), database.transaction() as connection:
        connection.execute(text("SELECT pg_sleep(0.6)"))

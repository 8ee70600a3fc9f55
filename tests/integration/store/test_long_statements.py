"""What may concern every row of a project is not cut off by the usual time limit."""

import pytest
from sqlalchemy import Connection, text

from models.database import Database, StatementTimeout
from models.store import sweepings
from models.store.dialects import rows_over
from models.working_set.state import Sweeping
from tests.integration.store.projects import PROJECT, make_project


def limit_of(connection: Connection) -> str:
    limit: str = connection.execute(text("SHOW statement_timeout")).scalar_one()
    return limit


def test_moving_all_companies_of_a_stage_may_take_longer_and_nothing_else(
    postgresql_url: str,
) -> None:
    database = Database(postgresql_url, pool_size=1, statement_timeout_s=7.0)
    make_project(database)
    for statement, limit in (("companies_to_stage", "5min"), ("active_company_gone", "7s")):
        with database.transaction() as connection:
            rows = rows_over(connection, PROJECT)
            with rows.writing():
                sweepings.move(rows, [Sweeping(statement, "some id", ("stg_1", 1))])
            assert limit_of(connection) == limit
    database.close()


# -- SQLite computes in this process -----------------------------------------------------------

_COUNT = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT {}) SELECT max(x) FROM n"
)


def _compute_for_ever(database: Database) -> None:
    with database.transaction(computing_s=0.01) as connection:
        connection.execute(text("UPDATE projects SET name = 'other'"))
        connection.execute(text(_COUNT.format(-1)))


def test_what_computes_for_longer_than_it_may_is_cut_off_and_taken_back(sqlite_url: str) -> None:
    database = Database(sqlite_url, pool_size=1)
    make_project(database)
    with pytest.raises(StatementTimeout):
        _compute_for_ever(database)
    with database.transaction(computing_s=5) as connection:
        assert connection.execute(text("SELECT name FROM projects")).scalar_one() != "other"
    database.close()


def test_what_may_concern_every_row_may_compute_for_longer(sqlite_url: str) -> None:
    database = Database(sqlite_url, pool_size=1)
    with database.transaction(computing_s=0.01) as connection:
        rows_over(connection, PROJECT).take_time()
        assert connection.execute(text(_COUNT.format(1_000_000))).scalar_one() == 1_000_000
    database.close()


def test_elsewhere_nothing_is_cut_off(sqlite_url: str) -> None:
    database = Database(sqlite_url, pool_size=1)
    with pytest.raises(StatementTimeout):
        _compute_for_ever(database)
    for begin in (database.transaction, database.reading):
        with begin() as connection:
            assert connection.execute(text(_COUNT.format(1_000_000))).scalar_one() == 1_000_000
    database.close()

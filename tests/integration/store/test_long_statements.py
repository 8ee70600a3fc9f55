"""What may concern every row of a project is not cut off by the usual time limit."""

from sqlalchemy import Connection, text

from models.database import Database
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

"""Stages are set as a whole and companies by hand, never beside a running drain (§9, §11)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text, update

from models.database import Database, Transient
from models.operations.invalid_request import InvalidRequest
from models.operations.project_settings import read_settings_update
from models.provisioning.companies import create_company, list_companies
from models.provisioning.projects import create_project, update_project
from models.provisioning.refusals import ExternalIdTaken, NotFound, StageInUse
from models.provisioning.stages import Stage, list_stages, set_stages
from models.store.columns import table_of
from models.store.ledger import lock_mailbox
from models.tables import CompanyTable

COMPANIES = table_of(CompanyTable)
THEN_MS = 1_700_000_000_000


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, lock_timeout_s=0.2)
    with opened.transaction() as connection:
        create_project(connection, "here", "Here", ["Lead", "Qualified", "Customer"], THEN_MS)
        create_project(connection, "elsewhere", "Elsewhere", ["Lead"], THEN_MS)
    yield opened
    opened.close()


def pipeline(database: Database, *names: str) -> list[Stage]:
    with database.transaction() as connection:
        return set_stages(connection, "here", names)


def stored(database: Database, project_id: str = "here") -> list[Stage]:
    with database.reading() as connection:
        return list_stages(connection, project_id)


def put_company_into(database: Database, stage: Stage) -> None:
    with database.transaction() as connection:
        company = create_company(connection, "here", "acme", "Acme", THEN_MS)
        connection.execute(
            update(COMPANIES).where(COMPANIES.c.id == company.id).values(stage_id=stage.id)
        )


def test_a_new_order_keeps_each_stage_and_moves_it(database: Database) -> None:
    ids = {stage.name: stage.id for stage in stored(database)}
    turned = pipeline(database, "Customer", "Lead", "Qualified")
    assert [(stage.name, stage.position) for stage in turned] == [
        ("Customer", 0),
        ("Lead", 1),
        ("Qualified", 2),
    ]
    assert {stage.name: stage.id for stage in turned} == ids


def test_stages_come_and_go_and_the_rest_keeps_its_ids(database: Database) -> None:
    ids = {stage.name: stage.id for stage in stored(database)}
    now = pipeline(database, "Trial", "Customer", "Lead")
    assert [stage.name for stage in now] == ["Trial", "Customer", "Lead"]
    assert now[0].id not in ids.values()
    assert [stage.id for stage in now[1:]] == [ids["Customer"], ids["Lead"]]
    assert stored(database) == now


def test_a_name_in_another_case_is_the_same_stage(database: Database) -> None:
    lead = stored(database)[0]
    renamed = pipeline(database, " LEAD ", "Qualified", "Customer")[0]
    assert renamed == Stage(lead.id, "LEAD", 0)


def test_a_stage_that_a_company_stands_in_is_not_dropped(database: Database) -> None:
    before = stored(database)
    put_company_into(database, before[1])
    with pytest.raises(StageInUse, match="Qualified"):
        pipeline(database, "Customer")
    assert stored(database) == before


def test_the_pipeline_can_be_emptied(database: Database) -> None:
    assert pipeline(database) == []


def test_another_projects_pipeline_stays_as_it_is(database: Database) -> None:
    before = stored(database, "elsewhere")
    pipeline(database, "Customer")
    assert stored(database, "elsewhere") == before


@pytest.mark.parametrize("names", [["Lead", " lead"], ["Lead", " "], ["x" * 101], ["a\ud800"]])
def test_names_that_are_no_pipeline_are_refused(database: Database, names: list[str]) -> None:
    before = stored(database)
    with pytest.raises(InvalidRequest):
        pipeline(database, *names)
    assert stored(database) == before


def test_a_company_by_hand_is_real_and_listed(database: Database) -> None:
    with database.transaction() as connection:
        made = create_company(connection, "here", " acme ", "Acme Inc", THEN_MS)
        create_company(connection, "elsewhere", "acme", "Their Acme", THEN_MS)
    with database.reading() as connection:
        assert list_companies(connection, "here", 50) == [made]
    assert (made.external_id, made.placeholder) == ("acme", False)


def test_a_listed_company_tells_its_stage_by_name(database: Database) -> None:
    put_company_into(database, stored(database)[1])
    with database.reading() as connection:
        assert [company.stage for company in list_companies(connection, "here", 50)] == [
            "Qualified"
        ]


def test_an_external_id_is_taken_once_and_its_holder_is_named(database: Database) -> None:
    with database.transaction() as connection:
        holder = create_company(connection, "here", "acme", "Acme", THEN_MS)
        with pytest.raises(ExternalIdTaken) as refused:
            create_company(connection, "here", "acme", "Another", THEN_MS)
    assert refused.value.holder_id == holder.id


@pytest.mark.parametrize("external_id", ["", "undefined", "x" * 256, "a\udc00"])
def test_an_external_id_that_no_request_could_name_is_refused(
    database: Database, external_id: str
) -> None:
    with pytest.raises(InvalidRequest), database.transaction() as connection:
        create_company(connection, "here", external_id, "Acme", THEN_MS)


def test_writes_beside_a_drain_wait_for_it_and_give_up_in_time(database: Database) -> None:
    with database.transaction() as drain:
        assert lock_mailbox(drain, "here") is not None
        with pytest.raises(Transient):
            pipeline(database, "Customer")
        with pytest.raises(Transient), database.transaction() as connection:
            create_company(connection, "here", "acme", "Acme", THEN_MS)
        with pytest.raises(Transient), database.transaction() as connection:
            update_project(connection, "here", read_settings_update({"name": "New"}), THEN_MS)
        drain.execute(text("SELECT 1"))
    assert [stage.name for stage in pipeline(database, "Customer")] == ["Customer"]


def test_a_project_that_does_not_exist_is_not_found(database: Database) -> None:
    with database.transaction() as connection:
        with pytest.raises(NotFound):
            set_stages(connection, "nobody", ["Lead"])
        with pytest.raises(NotFound):
            create_company(connection, "nobody", None, "Acme", THEN_MS)
        with pytest.raises(NotFound):
            list_companies(connection, "nobody", 50)


def test_companies_by_hand_are_listed_newest_first_and_found_by_searches(
    database: Database,
) -> None:
    with database.transaction() as connection:
        made = [
            create_company(connection, "here", f"X-{number}", "Acme", THEN_MS + number).id
            for number in range(3)
        ]
    with database.reading() as connection:
        assert [company.id for company in list_companies(connection, "here", 50)] == made[::-1]
        assert set(connection.scalars(select(COMPANIES.c.search_text))) == {
            f"acme\nx-{number}" for number in range(3)
        }
    assert all(len(company_id) == len("com_") + 32 for company_id in made)

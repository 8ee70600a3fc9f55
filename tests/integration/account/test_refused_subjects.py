"""A refused account operation is found by the records that it named (contract §11)."""

from collections.abc import Iterator
from functools import partial

import pytest

from models.operations import Operation, validate
from models.operations.companies import DeleteCompany
from models.operations.contacts import CreateContact, DeleteContact, LinkCompany, UpdateContact
from models.operations.stages import CreateStage
from models.queries.ledger import OperationFilters, list_settled
from models.queries.page import Page
from models.tables import OperationTable
from tests.integration.desk import Desk, open_desk


@pytest.fixture
def desk(redis_url: str, database_url: str) -> Iterator[Desk]:
    with open_desk(redis_url, database_url) as desk:
        yield desk


def test_a_refused_change_is_listed_among_its_contacts_operations(desk: Desk) -> None:
    contact_id = desk.record(CreateContact(email="ann@example.com"))["id"]
    desk.record(CreateContact(email="bob@example.com"))
    (refused,) = desk.write(UpdateContact(email="bob@example.com", contact_id=contact_id))
    assert refused["problem"]["code"] == "email_taken"
    read = partial(
        list_settled,
        project_id=desk.project_id,
        filters=OperationFilters(contact_id=contact_id, status="rejected"),
        page=Page(50),
    )
    with desk.database.reading() as connection:
        found = read(connection)
    assert [record["operation_id"] for record in found] == [refused["operation_id"]]


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        (DeleteContact("con_none"), ("con_none", None)),
        (LinkCompany("con_none", "ext_none"), ("con_none", "ext_none")),
        (DeleteCompany("com_none"), (None, "com_none")),
        (CreateStage("Lead"), (None, None)),
        (
            validate("set_stage", {"visitor_id": "v1", "stage_name": "Lead", "company_id": "c"})[0],
            (None, None),
        ),
    ],
)
def test_the_ledger_keeps_what_a_refused_account_operation_named(
    desk: Desk, operation: Operation, named: tuple[str | None, str | None]
) -> None:
    (refused,) = desk.write(operation)
    assert refused["status"] == "rejected"
    row = desk.rows(OperationTable)[-1]
    assert (row["contact_id"], row["company_id"]) == named

"""Who looks on at a contact sees what was asked of it under any of its ids (contract §5.3)."""

from collections.abc import Iterator

import pytest

from models.operations import Identify
from models.operations.contacts import CreateContact
from models.queries.ledger import OperationFilters
from models.queries.settling import settled_after
from tests.integration.desk import Desk, open_desk


@pytest.fixture
def desk(redis_url: str, database_url: str) -> Iterator[Desk]:
    with open_desk(redis_url, database_url) as desk:
        yield desk


def test_what_is_settled_is_followed_by_every_id_of_the_contact(desk: Desk) -> None:
    written = desk.write(
        Identify("v1", email="ann@example.com"),
        Identify("v2", user_id="7"),
        CreateContact(email="else@example.com"),
        Identify("v1", user_id="7"),
    )
    old, new = written[0]["outcome"]["contact_id"], written[3]["outcome"]["contact_id"]
    assert old != new
    for contact_id in (old, new):
        with desk.database.reading() as connection:
            found = settled_after(
                connection, desk.project_id, 0, OperationFilters(contact_id=contact_id), 50
            )
        followed = [record["operation_id"] for record in found.records]
        assert followed == [written[at]["operation_id"] for at in (0, 1, 3)]

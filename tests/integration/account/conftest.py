"""Fixtures of the tests of account writes."""

from collections.abc import Iterator

import pytest

from models.operations.companies import CreateCompany
from tests.integration.desk import Desk, open_desk


@pytest.fixture
def desk(redis_url: str, database_url: str) -> Iterator[Desk]:
    """A project to write to, on each kind of database."""
    with open_desk(redis_url, database_url) as desk:
        yield desk


@pytest.fixture
def acme(desk: Desk) -> str:
    """The id of a company named Acme, with the external id acme."""
    made: str = desk.record(CreateCompany(external_id="acme", name="Acme"))["id"]
    return made


@pytest.fixture
def globex(desk: Desk) -> str:
    """The id of a company without a name, with the external id globex."""
    made: str = desk.record(CreateCompany(external_id="globex"))["id"]
    return made

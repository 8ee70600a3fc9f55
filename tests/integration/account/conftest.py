"""Fixtures of the tests of account writes."""

from collections.abc import Iterator

import pytest

from tests.integration.desk import Desk, open_desk


@pytest.fixture
def desk(redis_url: str, database_url: str) -> Iterator[Desk]:
    """A project to write to, on each kind of database."""
    with open_desk(redis_url, database_url) as desk:
        yield desk

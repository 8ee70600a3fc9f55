"""Databases, and pipelines on both kinds of them, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from models.database import Database
from tests.integration.pipeline import OpenPipeline, Pipeline
from tests.model.scenario import Scenario


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database, once of each kind."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def open_pipeline(redis_url: str, database_url: str) -> Iterator[OpenPipeline]:
    """Opens projects on a real Redis, once on each kind of database."""
    opened: list[Pipeline] = []

    def open_one(scenario: Scenario) -> Pipeline:
        opened.append(Pipeline(redis_url, database_url, scenario))
        return opened[-1]

    yield open_one
    for pipeline in opened:
        pipeline.close()

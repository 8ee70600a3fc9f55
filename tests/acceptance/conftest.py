"""Fixtures of the acceptance tests: the whole product, and a project in it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.acceptance.deployment import Deployment, Deployments


@pytest.fixture(scope="session")
def _deployments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployments]:
    with ExitStack() as stack:
        yield Deployments(tmp_path_factory.mktemp("deployments"), stack)


@pytest.fixture(params=["sqlite", "postgresql"])
def deployment(request: pytest.FixtureRequest, _deployments: Deployments) -> Deployment:
    """A running product; the test runs once on each of the two kinds of database.

    It is shared with other tests: who stops or kills something starts a product of its own.
    """
    return _deployments.on(request.param)

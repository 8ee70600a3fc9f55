"""A project of each test's own in the running product, and its backend that reads."""

import pytest

from tests.acceptance.account.backend import Backend, by_api_key, by_bearer
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Project


@pytest.fixture
def project(deployment: Deployment) -> Project:
    """A project with the contract's default settings."""
    return deployment.new_project()


@pytest.fixture
def backend(deployment: Deployment, project: Project) -> Backend:
    """The project's own backend: its secret token."""
    return by_bearer(deployment.client, project.created.secret_token)


@pytest.fixture
def integration(deployment: Deployment, project: Project) -> Backend:
    """An outside integration: the project's api key."""
    return by_api_key(deployment.client, project.created.api_key)


@pytest.fixture
def stranger(deployment: Deployment) -> Backend:
    """The backend of another project."""
    return by_bearer(deployment.client, deployment.new_project().created.secret_token)

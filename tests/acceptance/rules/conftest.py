"""Every rule of the contract's sections 5 to 9, in a project of each test's own."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Project

MakeProject = Callable[..., Project]


@pytest.fixture
def make_project(deployment: Deployment) -> MakeProject:
    """Makes a project with settings of the test's choice; acme is named Acme, globex nothing."""

    def make(**settings: Any) -> Project:
        project = deployment.new_project(**settings)
        project.add_company("acme", "Acme")
        project.add_company("globex")
        return project

    return make


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    """A project with the contract's default settings."""
    return make_project()

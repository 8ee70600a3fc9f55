"""Which company a write goes to (contract §8)."""

from collections.abc import Callable

import pytest

from tests.acceptance.project import Answer, Project
from tests.acceptance.rules.conftest import MakeProject

Write = Callable[..., Answer]
WRITES: dict[str, Callable[[Project], Write]] = {
    "track": lambda p: lambda **fields: p.track("ann", entity="company", **fields),
    "set-stage": lambda p: lambda **fields: p.set_stage("ann", "Lead", **fields),
    "set-deal": lambda p: lambda **fields: p.set_deal("ann", 5, **fields),
}


@pytest.fixture(params=WRITES)
def kind(request: pytest.FixtureRequest) -> str:
    """Each write that has a target company."""
    return str(request.param)


def test_an_explicit_company_comes_first(project: Project, kind: str) -> None:
    project.identify("ann", user_id="u1", company_ids=["globex"], company={"id": "acme"})
    for reference in ("globex", project.ids["globex"]):
        answer = WRITES[kind](project)(company_id=reference)
        assert (answer.body["company_id"], answer.warnings) == (project.ids["globex"], [])


@pytest.mark.parametrize("reference", ["globex", "hooli"])
def test_a_bad_explicit_company_never_falls_back(
    project: Project, kind: str, reference: str
) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme"})
    before = project.stored()
    answer = WRITES[kind](project)(company_id=reference)
    assert answer.refusal == (400, "company_not_linked")
    assert answer.body["errors"][0]["pointer"] == "/company_id"
    assert project.stored() == before


def test_the_active_company_is_next(project: Project, kind: str) -> None:
    project.identify("ann", user_id="u1", company_ids=["acme", "globex"])
    project.identify("ann", company={"id": "globex"})
    answer = WRITES[kind](project)()
    assert (answer.body["company_id"], answer.warnings) == (project.ids["globex"], [])


def test_an_active_company_that_is_linked_no_more_is_passed_over(
    project: Project, kind: str
) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme"})
    project.identify("ann", user_id="u2", company_ids=["globex"])
    answer = WRITES[kind](project)()
    assert (answer.body["company_id"], answer.warnings) == (project.ids["globex"], [])


def test_an_active_company_counts_again_whenever_it_is_linked(project: Project, kind: str) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme"})
    project.identify("ann", user_id="u2", company_ids=["globex"])
    project.identify("ann", company_ids=["acme"])
    answer = WRITES[kind](project)()
    assert (answer.body["company_id"], answer.warnings) == (project.ids["acme"], [])


def test_the_only_company_is_next(project: Project, kind: str) -> None:
    project.identify("ann", user_id="u1", company_ids=["acme"])
    answer = WRITES[kind](project)()
    assert (answer.body["company_id"], answer.warnings) == (project.ids["acme"], [])


def test_a_placeholder_counts_as_a_company(project: Project, kind: str) -> None:
    identified = project.identify("ann", user_id="u1")
    answer = WRITES[kind](project)()
    assert (answer.status, answer.warnings) == (200, [])
    assert answer.body["company_id"] == identified.body["company_id"]


def test_the_oldest_link_is_the_last_resort_with_a_warning(project: Project, kind: str) -> None:
    project.identify("ann", user_id="u1", company_ids=["globex"])
    project.identify("ann", company_ids=["acme"])
    answer = WRITES[kind](project)()
    assert answer.body["company_id"] == project.ids["globex"]
    assert answer.warnings == [("first_linked_fallback", "/company_id")]


def test_a_project_can_turn_the_last_resort_off(make_project: MakeProject, kind: str) -> None:
    project = make_project(first_linked_fallback=False)
    project.identify("ann", user_id="u1", company_ids=["globex", "acme"])
    before = project.stored()
    assert WRITES[kind](project)().refusal == (400, "company_ambiguous")
    assert project.stored() == before
    assert WRITES[kind](project)(company_id="acme").status == 200


def test_another_projects_company_is_not_linked(make_project: MakeProject, kind: str) -> None:
    ours, theirs = make_project(), make_project()
    theirs.add_company("theirs")
    ours.identify("ann", user_id="u1", company={"id": "acme"})
    answer = WRITES[kind](ours)(company_id=theirs.ids["theirs"])
    assert answer.refusal == (400, "company_not_linked")


def test_a_contact_without_any_company_is_not_linked(project: Project, kind: str) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme"})
    project.unlink_everything()
    assert WRITES[kind](project)().refusal == (400, "visitor_not_linked")
    answer = WRITES[kind](project)(company_id="acme")
    assert answer.refusal == (400, "company_not_linked")

"""set-stage and the precedence of stages (contract §9)."""

import pytest

from models.provisioning.stages import set_stages
from tests.acceptance.project import Project
from tests.acceptance.rules.conftest import MakeProject
from tests.model.state import Json

# -- what is refused, in this order -----------------------------------------------------------


def test_an_unknown_visitor_is_not_found_whatever_else_is_wrong(project: Project) -> None:
    answer = project.set_stage("ann", "Churned", company_id="hooli")
    assert answer.refusal == (404, "visitor_not_found")
    assert project.stored()["visitors"] == {}


def test_a_visitor_without_contact_is_not_linked(project: Project) -> None:
    project.track("ann")
    assert project.set_stage("ann", "Lead").refusal == (400, "visitor_not_linked")
    answer = project.set_stage("ann", "Churned", company_id="acme")
    assert answer.refusal == (400, "visitor_not_linked")


def test_a_company_that_is_not_linked_comes_before_an_unknown_stage(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme"})
    answer = project.set_stage("ann", "Churned", company_id="globex")
    assert answer.refusal == (400, "company_not_linked")


def test_an_unknown_stage_is_refused_and_never_created(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme"})
    before = project.stored()
    answer = project.set_stage("ann", "Churned")
    assert answer.refusal == (400, "stage_not_found")
    assert answer.body["errors"][0]["pointer"] == "/stage_name"
    assert project.stored() == before


@pytest.mark.parametrize("mode", ["backwards", "EXACT", "", 1, True, []])
def test_another_mode_is_refused_at_once(project: Project, mode: object) -> None:
    answer = project.set_stage("ann", "Lead", stage_update_mode=mode)
    assert answer.refusal == (400, "invalid_stage_update_mode")
    assert "operation_id" not in answer.body


@pytest.mark.parametrize("stage_name", ["", " ", None, 1])
def test_a_stage_without_a_name_is_refused(project: Project, stage_name: object) -> None:
    assert project.set_stage("ann", stage_name).refusal == (400, "invalid_request")


def test_a_stage_is_found_however_its_letters_are_composed(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme"})
    project.write(lambda connection: set_stages(connection, project.id, ["Évalué"]))
    answer = project.set_stage("ann", "e\u0301value\u0301")
    assert answer.body["stage"]["to"] == "Évalué"


# -- precedence -------------------------------------------------------------------------------


def _at(project: Project, stage: str | None) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme", "stage": stage})


def _stage(project: Project) -> str | None:
    stage: str | None = project.company("acme")["stage"]
    return stage


@pytest.mark.parametrize("mode", [None, "advance_only", "exact"])
@pytest.mark.parametrize(
    ("before", "asked", "change"),
    [
        (None, "Qualified", "set"),
        ("Lead", "Qualified", "advanced"),
        ("Lead", "Customer", "advanced"),
        ("Qualified", "Qualified", "unchanged"),
    ],
)
def test_a_stage_that_is_not_earlier_is_written_in_every_mode(
    project: Project, mode: str | None, before: str | None, asked: str, change: str
) -> None:
    _at(project, before)
    answer = project.set_stage("ann", asked, stage_update_mode=mode)
    assert (answer.status, answer.stage) == (200, (change, before, asked))
    assert answer.result == ("unchanged" if change == "unchanged" else "applied")
    assert _stage(project) == asked


@pytest.mark.parametrize("mode", [None, "advance_only"])
def test_a_later_stage_is_kept_and_the_skip_is_a_success_that_says_so(
    project: Project, mode: str | None
) -> None:
    _at(project, "Proposal")
    answer = project.set_stage("ann", "Lead", stage_update_mode=mode)
    assert (answer.status, answer.result) == (200, "unchanged")
    assert answer.stage == ("skipped", "Proposal", "Lead")
    assert _stage(project) == "Proposal"


def test_exact_writes_backwards_too(project: Project) -> None:
    _at(project, "Proposal")
    answer = project.set_stage("ann", "Lead", stage_update_mode="exact")
    assert (answer.result, answer.stage) == ("applied", ("moved_back", "Proposal", "Lead"))
    assert _stage(project) == "Lead"


@pytest.mark.parametrize(
    ("default", "mode", "change"),
    [
        ("exact", None, "moved_back"),
        ("exact", "advance_only", "skipped"),
        ("advance_only", None, "skipped"),
        ("advance_only", "exact", "moved_back"),
    ],
)
def test_the_projects_default_holds_and_the_requests_mode_wins(
    make_project: MakeProject, default: str, mode: str | None, change: str
) -> None:
    project = make_project(stage_update_mode=default)
    _at(project, "Proposal")
    answer = project.set_stage("ann", "Lead", stage_update_mode=mode)
    assert answer.body["stage"]["change"] == change


@pytest.mark.parametrize(
    ("mode", "change", "after"),
    [(None, "skipped", "Proposal"), ("exact", "moved_back", "Lead")],
)
def test_the_stage_of_an_identify_follows_the_same_precedence(
    project: Project, mode: str | None, change: str, after: str
) -> None:
    _at(project, "Proposal")
    company = {"id": "acme", "stage": "Lead"}
    answer = project.identify("ann", company=company, stage_update_mode=mode)
    assert answer.stage == (change, "Proposal", "Lead")
    assert _stage(project) == after


def test_an_identify_with_another_mode_is_refused(project: Project) -> None:
    answer = project.identify("ann", stage_update_mode="sometimes")
    assert answer.refusal == (400, "invalid_stage_update_mode")


@pytest.mark.parametrize("name", [" qualified ", "QUALIFIED", "qUalified"])
def test_names_match_trimmed_and_case_folded(project: Project, name: str) -> None:
    _at(project, None)
    assert project.set_stage("ann", name).stage == ("set", None, "Qualified")


def test_case_folding_is_more_than_lower_case(make_project: MakeProject) -> None:
    project = make_project(stages=("Straße", "Ende"))
    project.identify("ann", user_id="u1")
    assert project.set_stage("ann", "STRASSE").stage == ("set", None, "Straße")


def test_the_order_is_judged_against_the_pipeline_as_it_then_stands(project: Project) -> None:
    _at(project, "Proposal")
    reordered = ["Proposal", "Lead", "Qualified", "Customer"]
    project.write(lambda connection: set_stages(connection, project.id, reordered))
    assert project.set_stage("ann", "Lead").stage == ("advanced", "Proposal", "Lead")


# -- history and permissions ------------------------------------------------------------------


def test_each_real_change_is_recorded_and_a_skip_is_none(project: Project) -> None:
    _at(project, "Lead")
    moved = project.browser.set_stage("ann", "Proposal")
    project.set_stage("ann", "Proposal")
    project.set_stage("ann", "Qualified")
    changes = project.activity("stage_changed")
    assert [change["detail"] for change in changes] == [
        {"from": None, "to": "Lead", "by": "secret"},
        {"from": "Lead", "to": "Proposal", "by": "publishable"},
    ]
    assert changes[1]["company_id"] == project.ids["acme"]
    assert changes[1]["contact_id"] == project.contact("ann")["id"]
    assert changes[1]["operation_id"] == moved.operation_id
    (operation,) = project.operations(moved.operation_id)
    assert changes[1]["recorded_at_ms"] == operation["accepted_at_ms"]


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("set-stage", {"stage_name": "Lead"}),
        ("set-deal", {"deal_value": 5, "stage_name": "Lead"}),
        ("identify", {"company": {"id": "acme", "stage": "Lead"}}),
    ],
)
def test_a_project_can_keep_exact_from_publishable_callers(
    make_project: MakeProject, route: str, body: Json
) -> None:
    project = make_project(allow_widget_exact=False)
    _at(project, "Proposal")
    exact = {"visitor_id": "ann", "stage_update_mode": "exact", **body}
    for caller in (project.browser, project.site):
        assert caller.post(route, exact).refusal == (403, "exact_not_allowed")
    assert _stage(project) == "Proposal"
    assert project.post(route, exact).body["stage"]["change"] == "moved_back"


def test_a_publishable_caller_may_say_exact_unless_told_otherwise(project: Project) -> None:
    _at(project, "Proposal")
    answer = project.browser.set_stage("ann", "Lead", stage_update_mode="exact")
    assert answer.body["stage"] == {"change": "moved_back", "to": "Lead"}


@pytest.mark.parametrize("name", ["browser", "site"])
def test_a_publishable_caller_learns_nothing_stored(project: Project, name: str) -> None:
    caller = getattr(project, name)
    _at(project, "Proposal")
    answer = caller.set_stage("ann", "Lead")
    assert answer.body["stage"] == {"change": "skipped", "to": "Lead"}
    receipt = caller.receipt(answer.operation_id).body
    for shown in (answer.body, receipt["outcome"]):
        assert not {"contact_id", "company_id"} & shown.keys()
    assert "Proposal" not in str((answer.body, receipt))
    assert "changes" not in receipt

"""set-deal (contract §9)."""

import json
from decimal import Decimal

import pytest

from tests.acceptance.project import Project


@pytest.fixture
def project_with_ann(project: Project) -> Project:
    """A project in which the visitor ann stands for acme."""
    project.identify("ann", user_id="u1", company={"id": "acme"})
    return project


# -- what is refused, in this order -----------------------------------------------------------


def test_an_unknown_visitor_is_not_found_whatever_else_is_wrong(project: Project) -> None:
    answer = project.set_deal("ann", 5, stage_name="Churned", company_id="hooli")
    assert answer.refusal == (404, "visitor_not_found")
    assert project.stored()["visitors"] == {}


def test_a_visitor_without_contact_is_not_linked(project: Project) -> None:
    project.identify("ann")
    assert project.set_deal("ann", 5).refusal == (400, "visitor_not_linked")
    answer = project.set_deal("ann", 5, company_id="acme", stage_name="Churned")
    assert answer.refusal == (400, "visitor_not_linked")


def test_a_company_that_is_not_linked_comes_before_an_unknown_stage(
    project_with_ann: Project,
) -> None:
    answer = project_with_ann.set_deal("ann", 5, company_id="globex", stage_name="Churned")
    assert answer.refusal == (400, "company_not_linked")


def test_an_unknown_stage_writes_nothing(project_with_ann: Project) -> None:
    before = project_with_ann.stored()
    answer = project_with_ann.set_deal("ann", 5, stage_name="Churned", notes="n")
    assert answer.refusal == (400, "stage_not_found")
    assert project_with_ann.stored() == before


@pytest.mark.parametrize(
    "deal_value", ["12", True, [], {}, -1, -0.0001, 1e12, 1_000_000_000_000, 0.00001, 1.23456]
)
def test_a_bad_deal_value_is_refused(project_with_ann: Project, deal_value: object) -> None:
    answer = project_with_ann.set_deal("ann", deal_value)
    assert answer.refusal == (400, "invalid_request")
    assert answer.body["errors"][0]["pointer"] == "/deal_value"


def test_a_missing_deal_value_is_refused(project_with_ann: Project) -> None:
    answer = project_with_ann.post("set-deal", {"visitor_id": "ann"})
    assert answer.refusal == (400, "invalid_request")
    assert answer.body["errors"][0]["pointer"] == "/deal_value"


def test_another_mode_is_refused(project_with_ann: Project) -> None:
    answer = project_with_ann.set_deal("ann", 5, stage_update_mode="never")
    assert answer.refusal == (400, "invalid_stage_update_mode")


# -- the deal ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written", ["0", "12000", "12000.0", "0.1", "99.9999", "999999999999.9999", "1.5e3", "0.3"]
)
def test_a_deal_value_is_kept_exactly_on_the_company(
    project_with_ann: Project, written: str
) -> None:
    answer = project_with_ann.set_deal("ann", json.loads(written))
    assert (answer.status, answer.result) == (200, "applied")
    assert Decimal(project_with_ann.company("acme")["deal_value"]) == Decimal(written)


def test_null_clears_the_deal_value(project_with_ann: Project) -> None:
    project_with_ann.set_deal("ann", 5)
    assert project_with_ann.set_deal("ann", None).result == "applied"
    assert project_with_ann.company("acme")["deal_value"] is None
    assert project_with_ann.set_deal("ann", None).result == "unchanged"


def test_deal_and_notes_never_go_to_the_contact(project_with_ann: Project) -> None:
    before = project_with_ann.contact("ann")
    project_with_ann.set_deal("ann", 5, notes="in review")
    assert project_with_ann.contact("ann") == before
    assert project_with_ann.company("acme")["notes"] == "in review"


def test_notes_replace_those_of_the_company_and_absent_ones_keep_them(
    project_with_ann: Project,
) -> None:
    project_with_ann.set_deal("ann", 5, notes="first")
    project_with_ann.set_deal("ann", 6, notes="second")
    project_with_ann.set_deal("ann", 7)
    assert project_with_ann.company("acme")["notes"] == "second"


@pytest.mark.parametrize("notes", [None, ""])
def test_empty_notes_clear_and_what_was_there_stays_in_the_history(
    project_with_ann: Project, notes: str | None
) -> None:
    project_with_ann.set_deal("ann", 5, notes="first")
    answer = project_with_ann.set_deal("ann", 5, notes=notes)
    assert project_with_ann.company("acme")["notes"] is None
    last = project_with_ann.activity("notes_changed")[-1]
    assert (last["detail"], last["operation_id"]) == (
        {"from": "first", "to": None, "by": "secret"},
        answer.operation_id,
    )
    changes = project_with_ann.receipt(answer.operation_id).body["changes"]
    assert [(each["pointer"], each["before"]) for each in changes] == [("/notes", "first")]


def test_equal_values_are_unchanged(project_with_ann: Project) -> None:
    project_with_ann.set_deal("ann", 12000, stage_name="Lead", notes="n")
    answer = project_with_ann.set_deal("ann", 12000.0, stage_name="Lead", notes="n")
    assert (answer.result, answer.stage) == ("unchanged", ("unchanged", "Lead", "Lead"))


def test_each_real_change_is_recorded(project_with_ann: Project) -> None:
    project_with_ann.set_deal("ann", 5)
    project_with_ann.set_deal("ann", 5)
    last = project_with_ann.set_deal("ann", 7.5)
    assert project_with_ann.stored()["deal_changes"] == [
        {"company_id": project_with_ann.ids["acme"], "from": None, "to": "5"},
        {"company_id": project_with_ann.ids["acme"], "from": "5", "to": "7.5"},
    ]
    row = project_with_ann.activity("deal_changed")[-1]
    assert row["operation_id"] == last.operation_id
    assert row["contact_id"] == project_with_ann.contact("ann")["id"]


# -- with a stage -----------------------------------------------------------------------------


def test_a_stage_moves_with_the_deal(project_with_ann: Project) -> None:
    answer = project_with_ann.set_deal("ann", 5, stage_name=" qualified ")
    assert answer.stage == ("set", None, "Qualified")
    assert project_with_ann.company("acme")["stage"] == "Qualified"


def test_without_one_the_stage_stays(project_with_ann: Project) -> None:
    project_with_ann.set_stage("ann", "Lead")
    answer = project_with_ann.set_deal("ann", 5, stage_name=None)
    assert (answer.stage, project_with_ann.company("acme")["stage"]) == (None, "Lead")


def test_a_skipped_stage_still_writes_deal_and_notes(project_with_ann: Project) -> None:
    project_with_ann.set_stage("ann", "Customer")
    answer = project_with_ann.set_deal("ann", 5, stage_name="Lead", notes="n")
    assert (answer.result, answer.stage) == ("applied", ("skipped", "Customer", "Lead"))
    acme = project_with_ann.company("acme")
    assert (acme["deal_value"], acme["notes"], acme["stage"]) == ("5", "n", "Customer")


def test_exact_moves_the_stage_back(project_with_ann: Project) -> None:
    project_with_ann.set_stage("ann", "Customer")
    answer = project_with_ann.set_deal("ann", 5, stage_name="Lead", stage_update_mode="exact")
    assert answer.stage == ("moved_back", "Customer", "Lead")

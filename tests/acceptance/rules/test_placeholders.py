"""Placeholders: made, reused, upgraded, and making way for a real company (contract §5.5)."""

import pytest

from tests.acceptance.project import Project
from tests.model.state import Json


def _with_placeholder(project: Project, visitor_id: str = "ann", user_id: str = "u1") -> str:
    project.identify(visitor_id, user_id=user_id)
    (company,) = project.companies(visitor_id)
    assert company["placeholder"]
    return str(company["id"])


def test_a_contact_without_a_company_gets_a_nameless_placeholder(project: Project) -> None:
    answer = project.identify("ann", user_id="u1")
    (company,) = project.companies("ann")
    assert (company["placeholder"], company["name"], company["external_id"]) == (True, None, None)
    assert answer.body["company_id"] == company["id"]
    assert project.visitor("ann")["active_company_id"] is None


def test_one_that_it_has_is_reused(project: Project) -> None:
    before = _with_placeholder(project)
    project.identify("ann", user_id="u1", name="Ann")
    project.identify("phone", user_id="u1")
    assert [company["id"] for company in project.companies("ann")] == [before]


def test_a_first_identify_with_an_existing_company_id_never_makes_one(project: Project) -> None:
    before = project.stored()["companies"].keys()
    project.identify("ann", user_id="u1", company={"id": "acme"})
    assert project.stored()["companies"].keys() == before


def test_an_unknown_company_id_without_a_name_leaves_a_placeholder(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"id": "hooli"})
    assert project.names_of_companies("ann") == ["placeholder"]


def test_a_contact_that_lost_its_companies_gets_a_new_one(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme"})
    project.unlink_everything()
    project.identify("ann", name="Ann")
    assert project.names_of_companies("ann") == ["placeholder"]


def test_a_company_without_id_and_name_is_written_to_the_placeholder(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"metadata": {"a": 1}, "stage": "Lead"})
    (company,) = project.companies("ann")
    assert (company["placeholder"], company["metadata"]) == (True, {"a": 1})
    assert company["stage"] == "Lead"


def test_its_own_id_with_a_name_makes_it_a_real_company(project: Project) -> None:
    placeholder = _with_placeholder(project)
    project.identify("ann", company={"id": placeholder, "name": "Hooli"})
    (company,) = project.companies("ann")
    assert (company["id"], company["name"], company["placeholder"]) == (placeholder, "Hooli", False)
    assert project.visitor("ann")["active_company_id"] == placeholder


# -- making way -------------------------------------------------------------------------------


def test_everything_goes_under_the_real_company_where_that_has_nothing(project: Project) -> None:
    placeholder = _with_placeholder(project)
    project.set_deal("ann", 5, stage_name="Lead", notes="mine")
    project.identify("ann", company={"metadata": {"a": 1, "b": 1}})
    project.track("ann", entity="company")
    project.identify("ann", company={"id": "globex", "metadata": {"b": 2}})
    globex = project.company("globex")
    assert (globex["stage"], globex["deal_value"], globex["notes"]) == ("Lead", "5", "mine")
    assert globex["metadata"] == {"a": 1, "b": 2}
    stored = project.stored()
    assert stored["events"][0]["company_id"] == project.ids["globex"]
    assert placeholder not in stored["companies"]
    assert project.names_of_companies("ann") == ["globex"]


def test_what_the_real_company_has_stays(project: Project) -> None:
    project.identify("bob", user_id="u2", company={"id": "acme", "metadata": {"a": "acme"}})
    project.set_deal("bob", 0, stage_name="Qualified", notes="theirs")
    _with_placeholder(project)
    project.set_deal("ann", 5, stage_name="Lead", notes="mine")
    project.identify("ann", company={"metadata": {"a": "ann"}})
    project.identify("ann", company_ids=["acme"])
    acme = project.company("acme")
    assert (acme["stage"], acme["deal_value"], acme["notes"]) == ("Qualified", "0", "theirs")
    assert acme["metadata"] == {"a": "acme"}


def test_it_folds_into_the_company_made_active_by_the_call(project: Project) -> None:
    _with_placeholder(project)
    project.set_deal("ann", 5)
    project.identify("ann", company_ids=["acme"], company={"id": "globex"})
    assert project.company("globex")["deal_value"] == "5"
    assert project.company("acme")["deal_value"] is None


def test_else_into_the_oldest_real_link(project: Project) -> None:
    _with_placeholder(project)
    project.set_deal("ann", 5)
    project.identify("ann", company_ids=["globex", "acme"])
    assert project.company("globex")["deal_value"] == "5"
    assert project.company("acme")["deal_value"] is None


def test_an_active_placeholder_hands_over_also_for_the_contacts_other_visitors(
    project: Project,
) -> None:
    placeholder = _with_placeholder(project)
    project.identify("ann", company={"id": placeholder})
    project.identify("phone", user_id="u1", company={"id": placeholder})
    project.identify("laptop", user_id="u1", company_ids=["acme"])
    assert project.visitor("ann")["active_company_id"] == project.ids["acme"]
    assert project.visitor("phone")["active_company_id"] == project.ids["acme"]
    assert project.visitor("laptop")["active_company_id"] is None


def test_while_another_contact_is_linked_to_it_it_stays_with_its_events(project: Project) -> None:
    placeholder = _with_placeholder(project)
    project.track("ann", entity="company")
    project.set_deal("ann", 5)
    project.identify("bob", user_id="u2", company={"id": placeholder})
    project.identify("ann", company={"id": "acme"})
    assert project.names_of_companies("ann") == ["acme"]
    assert project.company("acme")["deal_value"] == "5"
    assert [company["id"] for company in project.companies("bob")] == [placeholder]
    assert project.visitor("bob")["active_company_id"] == placeholder
    assert project.stored()["events"][0]["company_id"] == placeholder


def test_linking_anothers_placeholder_beside_a_real_company_folds_nothing(
    project: Project,
) -> None:
    placeholder = _with_placeholder(project)
    project.identify("bob", user_id="u2", company={"id": "acme"})
    project.identify("bob", company={"id": placeholder})
    assert project.names_of_companies("bob") == ["acme", "placeholder"]
    assert project.visitor("bob")["active_company_id"] == placeholder


def test_the_fold_comes_before_a_company_without_id_is_read(project: Project) -> None:
    _with_placeholder(project)
    answer = project.identify("ann", company_ids=["globex"], company={"name": "Globex"})
    assert answer.warnings == []
    assert project.names_of_companies("ann") == ["globex"]
    assert project.company("globex")["name"] == "Globex"


def test_a_placeholder_named_by_id_beside_a_new_real_link_hands_its_metadata_over(
    project: Project,
) -> None:
    placeholder = _with_placeholder(project)
    company = {"id": placeholder, "metadata": {"a": 1}}
    answer = project.identify("ann", company_ids=["acme"], company=company)
    assert answer.body["company_id"] == project.ids["acme"]
    assert project.company("acme")["metadata"] == {"a": 1}
    assert project.visitor("ann")["active_company_id"] == project.ids["acme"]


@pytest.mark.parametrize("fields", [{"company_ids": ["acme"]}, {"company": {"id": "acme"}}])
def test_the_stage_and_deal_that_it_hands_over_are_recorded_as_changes(
    project: Project, fields: Json
) -> None:
    _with_placeholder(project)
    project.set_deal("ann", 5, stage_name="Lead")
    answer = project.identify("ann", **fields)
    stage, deal = project.activity("stage_changed")[-1], project.activity("deal_changed")[-1]
    assert {stage["operation_id"], deal["operation_id"]} == {answer.operation_id}
    assert {stage["company_id"], deal["company_id"]} == {project.ids["acme"]}

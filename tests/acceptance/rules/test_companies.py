"""identify: companies that are linked, established, named and written (contract §5.5)."""

from typing import Any

import pytest

from tests.acceptance.project import Project
from tests.acceptance.rules.conftest import MakeProject

# -- company_ids ------------------------------------------------------------------------------


def test_company_ids_link_existing_companies_and_none_becomes_active(project: Project) -> None:
    answer = project.identify("ann", user_id="u1", company_ids=["acme", project.ids["globex"]])
    assert answer.warnings == []
    assert project.names_of_companies("ann") == ["acme", "globex"]
    assert project.visitor("ann")["active_company_id"] is None


def test_unknown_company_ids_are_warned_about_and_never_created(project: Project) -> None:
    before = project.stored()["companies"].keys()
    answer = project.identify("ann", user_id="u1", company_ids=["hooli", "acme", 99])
    assert answer.warnings == [
        ("company_not_found", "/company_ids/0"),
        ("company_not_found", "/company_ids/2"),
    ]
    assert project.names_of_companies("ann") == ["acme"]
    assert project.stored()["companies"].keys() == before


def test_create_unknown_companies_does_not_hold_for_company_ids(make_project: MakeProject) -> None:
    project = make_project(create_unknown_companies=True)
    answer = project.identify("ann", user_id="u1", company_ids=["hooli"])
    assert answer.warnings == [("company_not_found", "/company_ids/0")]
    assert project.names_of_companies("ann") == ["placeholder"]


def test_a_company_is_looked_up_by_id_before_external_id(project: Project) -> None:
    project.add_company(project.ids["acme"], "Impostor")
    project.identify("ann", user_id="u1", company={"id": project.ids["acme"]})
    assert project.names_of_companies("ann") == ["acme"]


def test_another_projects_company_is_an_unknown_one(make_project: MakeProject) -> None:
    ours, theirs = make_project(), make_project()
    theirs.add_company("theirs", "Theirs")
    company_ids = ["theirs", theirs.ids["theirs"]]
    answer = ours.identify("ann", user_id="u1", company_ids=company_ids)
    assert [code for code, _ in answer.warnings] == ["company_not_found"] * 2


def test_links_are_added_and_those_that_were_stay(project: Project) -> None:
    project.identify("ann", user_id="u1", company_ids=["globex"])
    project.identify("ann", company_ids=["acme"])
    assert project.identify("ann", company_ids=["globex"]).result == "unchanged"
    assert project.names_of_companies("ann") == ["globex", "acme"]


# -- company.id -------------------------------------------------------------------------------


def test_an_existing_company_id_is_linked_and_made_active(project: Project) -> None:
    answer = project.identify("ann", user_id="u1", company={"id": "acme"})
    assert answer.body["company_id"] == project.ids["acme"]
    assert project.names_of_companies("ann") == ["acme"]
    assert project.visitor("ann")["active_company_id"] == project.ids["acme"]


def test_a_company_id_given_as_an_integer_is_its_decimal_string(project: Project) -> None:
    project.add_company("99", "Number")
    project.identify("ann", user_id="u1", company={"id": 99})
    assert project.names_of_companies("ann") == ["99"]


def test_the_active_company_is_kept_per_visitor(project: Project) -> None:
    project.identify("laptop", user_id="u1", company={"id": "acme"})
    project.identify("phone", user_id="u1", company={"id": "globex"})
    assert project.visitor("laptop")["active_company_id"] == project.ids["acme"]
    assert project.visitor("phone")["active_company_id"] == project.ids["globex"]


def test_a_later_company_id_takes_the_active_place(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme"})
    project.identify("ann", company={"id": "globex"})
    assert project.visitor("ann")["active_company_id"] == project.ids["globex"]
    assert project.names_of_companies("ann") == ["acme", "globex"]


@pytest.mark.parametrize("has_placeholder", [False, True])
def test_an_unknown_id_with_a_name_upgrades_the_placeholder_in_place(
    project: Project, has_placeholder: bool
) -> None:
    if has_placeholder:
        project.identify("ann", user_id="u1")
        project.set_deal("ann", 5)
    before = project.companies("ann")[0]["id"] if has_placeholder else None
    answer = project.identify("ann", user_id="u1", company={"id": "hooli", "name": "Hooli"})
    (company,) = project.companies("ann")
    assert answer.warnings == []
    assert company["id"] == (before or company["id"])
    assert (company["external_id"], company["name"]) == ("hooli", "Hooli")
    assert (company["placeholder"], company["deal_value"]) == (
        False,
        "5" if has_placeholder else None,
    )
    assert project.visitor("ann")["active_company_id"] == company["id"]


@pytest.mark.parametrize(
    ("company_ids", "company"),
    [
        ([], {"id": "hooli", "stage": "Lead", "metadata": {"a": 1}}),
        (["acme"], {"id": "hooli", "name": "Hooli", "stage": "Lead", "metadata": {"a": 1}}),
    ],
)
def test_an_unknown_id_otherwise_is_warned_about_and_the_object_changes_nothing(
    project: Project, company_ids: list[str], company: dict[str, Any]
) -> None:
    project.identify("ann", user_id="u1", company_ids=company_ids)
    before = project.stored()
    answer = project.identify("ann", company=company)
    assert (answer.warnings, answer.stage) == ([("company_not_found", "/company/id")], None)
    assert answer.result == "unchanged"
    assert project.stored() == before


def test_create_unknown_companies_upgrades_the_placeholder_without_a_name(
    make_project: MakeProject,
) -> None:
    project = make_project(create_unknown_companies=True)
    project.identify("ann", user_id="u1")
    before = project.companies("ann")[0]["id"]
    project.identify("ann", company={"id": "hooli", "stage": "Lead"})
    (company,) = project.companies("ann")
    assert (company["id"], company["external_id"]) == (before, "hooli")
    assert (company["placeholder"], company["stage"]) == (False, "Lead")
    assert project.visitor("ann")["active_company_id"] == before


def test_create_unknown_companies_creates_one_beside_another_company(
    make_project: MakeProject,
) -> None:
    project = make_project(create_unknown_companies=True)
    project.identify("ann", user_id="u1", company={"id": "acme"})
    answer = project.identify("ann", company={"id": "hooli"})
    assert project.names_of_companies("ann") == ["acme", "hooli"]
    assert project.visitor("ann")["active_company_id"] == answer.body["company_id"]


# -- a company without id ---------------------------------------------------------------------


def test_a_name_upgrades_the_only_placeholder_in_place(project: Project) -> None:
    project.identify("ann", user_id="u1")
    before = project.companies("ann")[0]["id"]
    answer = project.identify("ann", company={"name": "Hooli", "stage": "lead "})
    (company,) = project.companies("ann")
    assert (company["id"], company["name"]) == (before, "Hooli")
    assert (company["external_id"], company["placeholder"]) == (None, False)
    assert answer.stage == ("set", None, "Lead")
    assert project.visitor("ann")["active_company_id"] is None


def test_a_name_makes_the_company_of_a_contact_that_has_none(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"name": "Hooli"})
    assert project.names_of_companies("ann") == ["named Hooli"]


def test_beside_another_company_a_name_fills_only_an_empty_one(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"id": "globex"})
    project.identify("ann", company={"name": "Globex"})
    project.identify("ann", company={"name": "Other"})
    assert project.company("globex")["name"] == "Globex"


def test_metadata_and_stage_go_to_the_active_company(project: Project) -> None:
    project.identify("ann", user_id="u1", company_ids=["acme", "globex"])
    project.identify("ann", company={"id": "globex"})
    answer = project.identify("ann", company={"metadata": {"a": 1}, "stage": "Lead"})
    assert answer.warnings == []
    globex = project.company("globex")
    assert (globex["metadata"], globex["stage"]) == ({"a": 1}, "Lead")


def test_without_an_active_company_they_go_to_the_oldest_link_with_a_warning(
    project: Project,
) -> None:
    project.identify("ann", user_id="u1", company_ids=["globex", "acme"])
    answer = project.identify("ann", company={"metadata": {"a": 1}})
    assert answer.warnings == [("first_linked_fallback", "/company")]
    assert project.company("globex")["metadata"] == {"a": 1}


def test_an_ambiguous_company_changes_nothing(make_project: MakeProject) -> None:
    project = make_project(first_linked_fallback=False)
    project.identify("ann", user_id="u1", company_ids=["globex", "acme"])
    answer = project.identify("ann", company={"name": "N", "metadata": {"a": 1}, "stage": "Lead"})
    assert (answer.status, answer.result) == (200, "unchanged")
    assert answer.warnings == [("company_ambiguous", "/company")]


@pytest.mark.parametrize("company", [{}, None, {"name": "", "stage": None, "metadata": {}}])
def test_an_empty_company_is_a_no_op(
    make_project: MakeProject, company: dict[str, Any] | None
) -> None:
    project = make_project(first_linked_fallback=False)
    project.identify("ann", user_id="u1", company_ids=["acme", "globex"])
    answer = project.identify("ann", company=company)
    assert (answer.result, answer.warnings) == ("unchanged", [])


# -- what is written to the company -----------------------------------------------------------


def test_a_name_with_an_existing_id_fills_an_empty_name_only(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme", "name": "New"})
    project.identify("ann", company={"id": "globex", "name": "Globex"})
    assert project.company("acme")["name"] == "Acme"
    assert project.company("globex")["name"] == "Globex"


def test_company_metadata_merges_and_contact_metadata_stays_apart(project: Project) -> None:
    project.identify(
        "ann",
        user_id="u1",
        metadata={"of": "contact"},
        company={"id": "acme", "metadata": {"a": 1, "b": {"x": 1}}},
    )
    project.identify("ann", company={"id": "acme", "metadata": {"a": None, "b": {"y": 1}}})
    assert project.company("acme")["metadata"] == {"b": {"x": 1, "y": 1}}
    assert project.contact("ann")["metadata"] == {"of": "contact"}


def test_an_unknown_stage_is_warned_about_and_the_rest_is_applied(project: Project) -> None:
    company = {"id": "acme", "stage": "Churned", "metadata": {"a": 1}}
    answer = project.identify("ann", user_id="u1", company=company)
    assert answer.warnings == [("stage_not_found", "/company/stage")]
    assert (project.company("acme")["metadata"], answer.stage) == ({"a": 1}, None)


def test_metadata_that_outgrows_the_company_writes_nothing_at_all(project: Project) -> None:
    for key in ("a", "b"):
        project.identify(
            "ann", user_id="u1", company={"id": "acme", "metadata": {key: "x" * 30_000}}
        )
    before = project.stored()
    company = {"id": "acme", "metadata": {"c": "x" * 30_000}}
    answer = project.identify("ann", name="Ann", company_ids=["globex"], company=company)
    assert answer.refusal == (400, "metadata_too_large")
    assert project.stored() == before


def test_a_link_shows_in_the_timeline_with_its_operation(project: Project) -> None:
    answer = project.identify("ann", user_id="u1", company={"id": "acme"})
    (row,) = project.activity("linked")
    assert (row["contact_id"], row["company_id"]) == (
        answer.body["contact_id"],
        project.ids["acme"],
    )
    assert row["operation_id"] == answer.operation_id

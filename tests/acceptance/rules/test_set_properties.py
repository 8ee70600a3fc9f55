"""set-properties (contract §6)."""

import pytest

from tests.acceptance.project import Project


def test_an_unknown_visitor_is_created_with_its_properties(project: Project) -> None:
    answer = project.set_properties("ann", {"plan": "pro"})
    assert (answer.status, answer.result) == (200, "applied")
    assert project.visitor("ann") == {
        "contact_id": None,
        "active_company_id": None,
        "properties": {"plan": "pro"},
    }


def test_no_contact_and_no_company_is_made(project: Project) -> None:
    before = project.stored()
    project.set_properties("ann", {"plan": "pro"})
    after = project.stored()
    assert (after["contacts"], after["companies"]) == ({}, before["companies"])


def test_properties_merge_into_those_of_the_visitor(project: Project) -> None:
    project.set_properties("ann", {"a": 1, "b": {"x": 1, "y": 1}, "c": [1]})
    project.set_properties("ann", {"a": None, "b": {"y": 2}, "c": [2], "d": True})
    assert project.visitor("ann")["properties"] == {"b": {"x": 1, "y": 2}, "c": [2], "d": True}


def test_properties_merge_into_the_linked_contacts_metadata_too(project: Project) -> None:
    project.identify("ann", user_id="u1", metadata={"a": 1, "b": 1})
    answer = project.set_properties("ann", {"b": 2})
    assert answer.body["contact_id"] == project.contact("ann")["id"]
    assert project.contact("ann")["metadata"] == {"a": 1, "b": 2}
    assert project.visitor("ann")["properties"] == {"b": 2}


def test_properties_never_reach_a_company(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme", "metadata": {"a": 1}})
    project.set_properties("ann", {"a": 2})
    assert project.company("acme")["metadata"] == {"a": 1}


@pytest.mark.parametrize("key", ["__proto__", "a.b", "$set"])
def test_every_key_is_plain_data(project: Project, key: str) -> None:
    project.set_properties("ann", {key: {"deep": 1}})
    assert project.visitor("ann")["properties"] == {key: {"deep": 1}}


def test_equal_properties_are_unchanged(project: Project) -> None:
    project.set_properties("ann", {"n": 1})
    assert project.set_properties("ann", {"n": 1}).result == "unchanged"
    assert project.set_properties("ann", {"n": True}).result == "applied"


@pytest.mark.parametrize("properties", [[], "x", 1, None])
def test_properties_that_are_no_object_are_refused(project: Project, properties: object) -> None:
    answer = project.set_properties("ann", properties)
    assert answer.refusal == (400, "invalid_request")
    assert answer.body["errors"][0]["pointer"] == "/properties"
    assert project.stored()["visitors"] == {}


def test_properties_that_outgrow_a_record_are_refused_and_write_nothing(project: Project) -> None:
    for key in ("a", "b"):
        project.set_properties("ann", {key: "x" * 30_000})
    before = project.stored()
    answer = project.set_properties("ann", {"c": "x" * 30_000})
    assert answer.refusal == (400, "metadata_too_large")
    assert project.stored() == before

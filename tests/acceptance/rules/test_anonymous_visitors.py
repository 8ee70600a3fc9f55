"""identify without a user_id and an email (contract §5.2, §5.6), and what becomes of it later."""

from typing import Any

import pytest

from tests.acceptance.project import Project


@pytest.mark.parametrize(
    "fields", [{}, {"user_id": "anonymous", "email": ""}, {"user_id": None, "email": None}]
)
def test_the_visitor_stays_anonymous_without_contact_and_placeholder(
    project: Project, fields: dict[str, Any]
) -> None:
    before = project.stored()["companies"]
    answer = project.identify("ann", metadata={"plan": "pro"}, **fields)
    assert (answer.status, answer.result, answer.warnings) == (200, "applied", [])
    assert (answer.body["contact_id"], answer.body["company_id"]) == (None, None)
    stored = project.stored()
    assert (stored["contacts"], stored["companies"]) == ({}, before)


def test_its_metadata_is_kept_on_the_visitor_and_merges(project: Project) -> None:
    project.identify("ann", metadata={"a": 1, "b": 1})
    project.identify("ann", metadata={"a": None, "c": 1})
    assert project.visitor("ann")["properties"] == {"b": 1, "c": 1}


def test_its_metadata_goes_under_the_contact_that_it_joins(project: Project) -> None:
    project.identify("ann", metadata={"a": "visitor", "b": "visitor"})
    project.identify("phone", user_id="u1", metadata={"b": "contact"})
    project.identify("ann", user_id="u1")
    assert project.contact("ann")["metadata"] == {"a": "visitor", "b": "contact"}


def test_companies_change_nothing_and_are_warned_about(project: Project) -> None:
    before = project.stored()["companies"]
    answer = project.identify(
        "ann", company_ids=["acme"], company={"id": "acme", "stage": "Lead", "metadata": {"a": 1}}
    )
    assert answer.warnings == [
        ("contact_required", "/company_ids"),
        ("contact_required", "/company"),
    ]
    assert answer.stage is None
    assert project.stored()["companies"] == before
    assert project.visitor("ann")["active_company_id"] is None


@pytest.mark.parametrize("company", [{}, None, {"name": "", "stage": None}])
def test_empty_ones_are_not(project: Project, company: dict[str, Any] | None) -> None:
    assert project.identify("ann", company_ids=[], company=company).warnings == []


def test_events_of_an_anonymous_visitor_join_its_contacts_timeline(project: Project) -> None:
    project.track("ann", "first")
    project.track("ann", "second")
    project.identify("ann", user_id="u1")
    project.track("ann", "third")
    contact_id = project.contact("ann")["id"]
    events = project.stored()["events"]
    assert [event["name"] for event in events] == ["first", "second", "third"]
    assert {event["contact_id"] for event in events} == {contact_id}


def test_events_of_another_visitor_stay_out_of_it(project: Project) -> None:
    project.track("bob")
    project.identify("ann", user_id="u1")
    assert project.stored()["events"][0]["contact_id"] is None


def test_events_stay_with_the_contact_under_whom_they_were_made(project: Project) -> None:
    first = project.identify("browser", user_id="u1")
    project.track("browser")
    project.identify("browser", user_id="u2")
    assert project.stored()["events"][0]["contact_id"] == first.body["contact_id"]

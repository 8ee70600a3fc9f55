"""track (contract §7)."""

from typing import Any

import pytest

from tests.acceptance.project import Project
from tests.model.state import Json

NOON = "2024-05-01T12:00:00Z"
NOON_MS = 1_714_564_800_000
DAY_MS = 24 * 60 * 60 * 1000


def _event(project: Project) -> Json:
    (event,) = project.stored()["events"]
    return dict(event)


def _accepted_at_ms(project: Project, operation_id: str) -> int:
    (row,) = project.operations(operation_id)
    return int(row["accepted_at_ms"])


# -- the event --------------------------------------------------------------------------------


def test_an_event_of_an_unknown_visitor_creates_the_visitor(project: Project) -> None:
    answer = project.track("ann", "signed-up", value="pro")
    assert (answer.status, answer.result) == (200, "applied")
    assert _event(project) == {
        "name": "signed-up",
        "value": "pro",
        "entity": "visitor",
        "visitor_id": "ann",
        "contact_id": None,
        "company_id": None,
        "occurred_at_ms": _accepted_at_ms(project, answer.operation_id),
    }
    assert project.visitor("ann")["contact_id"] is None
    (row,) = project.activity("event")
    assert answer.body["event_id"] == row["id"]


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        (" Plan.Upgraded ", "plan-upgraded"),
        ("a.b$c", "a-b-c"),
        ("Caf\u0065\u0301", "café"),
        ("x" * 100, "x" * 100),
    ],
)
def test_a_name_is_composed_trimmed_and_lower_cased_without_dot_and_dollar(
    project: Project, name: str, stored: str
) -> None:
    project.track("ann", name)
    assert _event(project)["name"] == stored


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, 7, None, ["login"]])
def test_another_name_is_refused_and_nothing_is_stored(project: Project, name: object) -> None:
    assert project.track("ann", name).refusal == (400, "invalid_event_name")
    assert project.stored()["visitors"] == {}


def test_a_missing_name_is_refused_too(project: Project) -> None:
    answer = project.post("track", {"visitor_id": "ann"})
    assert answer.refusal == (400, "invalid_event_name")


@pytest.mark.parametrize("value", ["pro", "", 3, 3.0, -2.5, True, False, None, "x" * 1000])
def test_a_scalar_value_keeps_its_type(project: Project, value: object) -> None:
    project.track("ann", value=value)
    stored = _event(project)["value"]
    assert (stored, type(stored)) == (value, type(value))


@pytest.mark.parametrize("value", [[], {}, ["a"], {"a": 1}, "x" * 1001])
def test_another_value_is_refused(project: Project, value: object) -> None:
    assert project.track("ann", value=value).refusal == (400, "invalid_event_value")


@pytest.mark.parametrize("entity", ["contact", "Company", "", 1, True])
def test_another_entity_is_refused(project: Project, entity: object) -> None:
    assert project.track("ann", entity=entity).status == 400


def test_two_equal_calls_without_a_key_are_two_events(project: Project) -> None:
    assert project.track("ann").result == "applied"
    assert project.track("ann").result == "applied"
    assert len(project.stored()["events"]) == 2


# -- company events ---------------------------------------------------------------------------


def test_a_company_event_goes_to_the_target_company_and_the_contact(project: Project) -> None:
    identified = project.identify("ann", user_id="u1", company={"id": "acme"})
    answer = project.track("ann", "renewed", entity="company")
    event = _event(project)
    assert (event["entity"], event["company_id"]) == ("company", project.ids["acme"])
    assert event["contact_id"] == identified.body["contact_id"]
    assert (answer.body["contact_id"], answer.body["company_id"]) == (
        event["contact_id"],
        event["company_id"],
    )


def test_a_visitor_event_that_names_a_linked_company_is_that_companys_too(
    project: Project,
) -> None:
    project.identify("ann", user_id="u1", company_ids=["acme", "globex"])
    project.track("ann", company_id="globex")
    event = _event(project)
    assert (event["entity"], event["company_id"]) == ("visitor", project.ids["globex"])


def test_a_visitor_event_without_company_id_is_no_companys(project: Project) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme"})
    answer = project.track("ann")
    assert (_event(project)["company_id"], answer.body["company_id"]) == (None, None)


@pytest.mark.parametrize("fields", [{}, {"company_id": "acme"}])
def test_a_company_event_of_an_unknown_visitor_is_not_linked(
    project: Project, fields: dict[str, Any]
) -> None:
    answer = project.track("ann", entity="company", **fields)
    assert answer.refusal == (400, "visitor_not_linked")
    assert project.stored()["visitors"] == {}


@pytest.mark.parametrize("fields", [{}, {"company_id": "acme"}])
def test_a_company_event_of_a_visitor_without_contact_is_not_linked(
    project: Project, fields: dict[str, Any]
) -> None:
    project.identify("ann")
    answer = project.track("ann", entity="company", **fields)
    assert answer.refusal == (400, "visitor_not_linked")


@pytest.mark.parametrize("entity", ["visitor", "company"])
@pytest.mark.parametrize("company_id", ["globex", "hooli"])
def test_an_explicit_company_that_is_not_linked_is_refused_whatever_the_entity(
    project: Project, entity: str, company_id: str
) -> None:
    project.identify("ann", user_id="u1", company={"id": "acme"})
    answer = project.track("ann", entity=entity, company_id=company_id)
    assert answer.refusal == (400, "company_not_linked")
    assert project.stored()["events"] == []


def test_an_unknown_visitors_event_naming_a_company_is_refused(project: Project) -> None:
    assert project.track("ann", company_id="acme").refusal == (400, "company_not_linked")
    assert project.stored()["visitors"] == {}


# -- when it happened -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timestamp", "occurred_at_ms"),
    [
        (NOON, NOON_MS),
        ("2024-05-01T14:00:00.250+02:00", NOON_MS + 250),
        ("2024-05-01 12:00:00", NOON_MS),
        (NOON_MS // 1000, NOON_MS),
        (NOON_MS / 1000 + 0.125, NOON_MS + 125),
        ("2000-01-01T00:00:00Z", 946_684_800_000),
    ],
)
def test_a_timestamp_is_when_it_happened(
    project: Project, timestamp: object, occurred_at_ms: int
) -> None:
    answer = project.track("ann", timestamp=timestamp)
    assert answer.warnings == []
    assert _event(project)["occurred_at_ms"] == occurred_at_ms


@pytest.mark.parametrize(
    "timestamp", ["yesterday", "", "1999-12-31T23:59:59.999Z", "2999-01-01T00:00:00Z", True, 9e15]
)
def test_an_implausible_timestamp_is_replaced_by_the_time_of_acceptance(
    project: Project, timestamp: object
) -> None:
    answer = project.track("ann", timestamp=timestamp)
    assert answer.warnings == [("timestamp_ignored", "/timestamp")]
    accepted_at_ms = _accepted_at_ms(project, answer.operation_id)
    assert _event(project)["occurred_at_ms"] == accepted_at_ms


@pytest.mark.parametrize(("ahead_h", "is_taken"), [(23, True), (25, False)])
def test_a_day_ahead_is_the_limit(project: Project, ahead_h: int, is_taken: bool) -> None:
    first = project.track("bob")
    now_ms = _accepted_at_ms(project, first.operation_id)
    answer = project.track("ann", timestamp=now_ms / 1000 + ahead_h * 3600)
    assert answer.warnings == ([] if is_taken else [("timestamp_ignored", "/timestamp")])


def test_sent_at_corrects_a_wrong_client_clock(project: Project) -> None:
    answer = project.track("ann", timestamp="2001-01-01T00:00:00Z", sent_at="2001-01-01T00:00:30Z")
    accepted_at_ms = _accepted_at_ms(project, answer.operation_id)
    assert answer.warnings == []
    assert _event(project)["occurred_at_ms"] == accepted_at_ms - 30_000


def test_a_clock_in_the_far_future_is_corrected_before_it_is_judged(project: Project) -> None:
    answer = project.track("ann", timestamp="2999-01-01T00:00:00Z", sent_at="2999-01-01T00:00:01Z")
    accepted_at_ms = _accepted_at_ms(project, answer.operation_id)
    assert answer.warnings == []
    assert _event(project)["occurred_at_ms"] == accepted_at_ms - 1000


def test_sent_at_without_a_timestamp_changes_nothing(project: Project) -> None:
    answer = project.track("ann", sent_at="2001-01-01T00:00:00Z")
    assert answer.warnings == []
    accepted_at_ms = _accepted_at_ms(project, answer.operation_id)
    assert _event(project)["occurred_at_ms"] == accepted_at_ms

"""The model keeps properties and events (contract §3 metadata, §6, §7)."""

import pytest

from tests.model.metadata import merge_patch, size_bytes
from tests.model.state import Json
from tests.unit.model.story import NOON_MS, Story, codes


@pytest.mark.parametrize(
    ("target", "patch", "merged"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [1]}, {"a": [None]}, {"a": [None]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a.b": 1}, {"__proto__": {"$set": 2}}, {"a.b": 1, "__proto__": {"$set": 2}}),
    ],
)
def test_metadata_merges_as_the_examples_of_rfc_7396(
    target: Json, patch: Json, merged: Json
) -> None:
    assert merge_patch(target, patch) == merged


def test_sizes_are_bytes_of_compact_utf_8_json() -> None:
    assert size_bytes({"ä": "ö", "b": 1}) == len('{"ä":"ö","b":1}'.encode())


def test_properties_go_to_the_visitor_and_the_linked_contact_and_no_company() -> None:
    story = Story()
    story.identify("ann", user_id="u1", metadata={"a": 1})
    story.set_properties("ann", b=2)
    assert story.model.state.visitors["ann"].properties == {"b": 2}
    assert story.contact("ann").metadata == {"a": 1, "b": 2}
    assert story.companies("ann")[0].metadata == {}


def test_set_properties_creates_an_unknown_visitor() -> None:
    story = Story()
    assert story.set_properties("new").status == "applied"
    assert story.set_properties("new").status == "unchanged"


def test_a_visitor_event_creates_an_unknown_visitor_and_its_name_is_normalised() -> None:
    story = Story()
    result = story.track("new", name=" Plan.Upgraded$ ", value=True)
    (event,) = story.model.snapshot()["events"]
    assert result.event_id == "act_1_0"
    assert event == {
        "name": "plan-upgraded-",
        "value": True,
        "entity": "visitor",
        "visitor_id": "new",
        "contact_id": None,
        "company_id": None,
        "occurred_at_ms": NOON_MS + 1000,
    }


def test_events_before_the_contact_are_the_contacts_once_it_is_there() -> None:
    story = Story()
    story.track("ann")
    story.identify("ann", user_id="u1")
    assert story.model.state.events[0].contact_id == "con_2"


def test_events_of_other_visitors_stay_where_they_are() -> None:
    story = Story()
    story.track("bob")
    story.track("ann")
    assert story.identify("ann", user_id="u1").contact_id == "con_3"
    assert [event.contact_id for event in story.model.state.events] == [None, "con_3"]


def test_an_outcome_names_the_contact() -> None:
    story = Story()
    story.identify("ann", user_id="u1")
    assert story.set_properties("ann", a=1).contact_id == "con_1"
    assert story.track("ann").contact_id == "con_1"
    assert story.set_stage("ann", "Lead").contact_id == "con_1"


@pytest.mark.parametrize(("too_many", "status"), [(0, "applied"), (1, "rejected")])
def test_a_record_may_hold_64_kb_and_not_a_byte_more(too_many: int, status: str) -> None:
    story = Story()
    story.set_properties("ann", a="x" * 30_000, b="x" * 30_000)
    rest = 65_536 - len('{"a":"","b":"","c":""}') - 60_000
    assert story.set_properties("ann", c="x" * (rest + too_many)).status == status


def test_a_company_event_needs_a_contact() -> None:
    story = Story()
    story.identify("anonymous-one")
    for visitor_id in ("unknown", "anonymous-one"):
        result = story.track(visitor_id, entity="company", company_id="acme")
        assert (result.http_status, result.code) == (400, "visitor_not_linked")
    assert "unknown" not in story.model.state.visitors


@pytest.mark.parametrize("entity", ["visitor", "company"])
def test_an_explicit_company_must_be_linked_whatever_the_entity(entity: str) -> None:
    story = Story()
    story.identify("ann", user_id="u1", company={"id": "acme"})
    result = story.track("ann", entity=entity, company_id="globex")
    assert (result.http_status, result.code) == (400, "company_not_linked")
    assert story.track("ann", entity=entity, company_id="acme").company_id == "com_acme"


def test_a_visitor_event_of_an_unknown_visitor_that_names_a_company_is_refused() -> None:
    story = Story()
    assert story.track("unknown", company_id="acme").code == "company_not_linked"
    assert not story.model.state.visitors


@pytest.mark.parametrize(
    ("fields", "occurred_at_ms"),
    [
        ({"timestamp": "2024-05-01T12:00:00.250Z"}, 1_714_564_800_250),
        ({"timestamp": "2024-05-01T12:00:00+02:00"}, 1_714_557_600_000),
        ({"timestamp": 1_714_500_000.125}, 1_714_500_000_125),
        ({"timestamp": 1_714_500_000, "sent_at": 1_714_500_001}, NOON_MS),
        ({"timestamp": "1970-01-01T00:00:00Z", "sent_at": "1970-01-01T00:00:01Z"}, NOON_MS),
        ({"timestamp": (NOON_MS + 1000) / 1000 + 86_400}, NOON_MS + 86_401_000),
        ({"sent_at": "1999-01-01T00:00:00Z"}, NOON_MS + 1000),
    ],
)
def test_a_timestamp_corrected_by_sent_at_is_when_it_happened(
    fields: Json, occurred_at_ms: int
) -> None:
    story = Story()
    assert story.track("ann", **fields).warnings == []
    assert story.model.state.events[0].occurred_at_ms == occurred_at_ms


@pytest.mark.parametrize(
    "timestamp", ["yesterday", "1999-12-31T23:59:59Z", (NOON_MS + 1001) / 1000 + 86_400]
)
def test_a_timestamp_that_cannot_be_is_ignored(timestamp: object) -> None:
    story = Story()
    assert codes(story.track("ann", timestamp=timestamp)) == ["timestamp_ignored"]
    assert story.model.state.events[0].occurred_at_ms == NOON_MS + 1000

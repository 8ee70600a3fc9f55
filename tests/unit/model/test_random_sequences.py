"""Whatever happens, the model stays a state that the contract allows."""

from collections.abc import Iterable

from hypothesis import given, settings

from tests.model.generate import FIRST_ACCEPTED_AT_MS, Scenario, operation_id, play, scenarios
from tests.model.snapshot import canonical_text
from tests.model.state import Json


@settings(max_examples=60, deadline=None, database=None)
@given(scenarios())
def test_what_is_unique_stays_unique_and_no_reference_dangles(scenario: Scenario) -> None:
    stored = play(scenario)[0].snapshot()
    contacts, companies = stored["contacts"], stored["companies"]
    _expect_unique(email for contact in contacts.values() for email in contact["emails"])
    _expect_unique(contact["user_id"] for contact in contacts.values())
    _expect_unique(company["external_id"] for company in companies.values())
    for contact in contacts.values():
        assert contact["email"] is None or contact["email"] in contact["emails"]
        assert contact["companies"], "a contact always has somewhere to keep company fields"
        assert set(contact["companies"]) <= companies.keys()
    for record in [*stored["visitors"].values(), *stored["events"]]:
        assert record["contact_id"] is None or record["contact_id"] in contacts
    for visitor in stored["visitors"].values():
        assert visitor["active_company_id"] is None or visitor["active_company_id"] in companies
    for event in stored["events"]:
        assert event["company_id"] is None or event["company_id"] in companies
    assert set(stored["merged"].values()) <= contacts.keys()
    assert not stored["merged"].keys() & contacts.keys()


@settings(max_examples=60, deadline=None, database=None)
@given(scenarios())
def test_placeholders_have_neither_name_nor_external_id(scenario: Scenario) -> None:
    stored = play(scenario)[0].snapshot()
    for company in stored["companies"].values():
        if company["placeholder"]:
            assert (company["name"], company["external_id"]) == (None, None)


@settings(max_examples=60, deadline=None, database=None)
@given(scenarios())
def test_a_status_says_whether_anything_stored_differs(scenario: Scenario) -> None:
    model = scenario.model()
    operation_ids = [operation_id(number) for number in range(len(scenario.steps))]
    before = canonical_text(model.snapshot())
    for number, step in enumerate(scenario.steps):
        result = model.apply(
            step.operation_type,
            step.body_with(operation_ids[:number]),
            operation_id=operation_ids[number],
            accepted_at_ms=FIRST_ACCEPTED_AT_MS,
            email_signed=step.email_signed,
        )
        after = canonical_text(model.snapshot())
        assert (result.status == "applied") == (before != after)
        assert (result.status == "rejected") == (result.code is not None)
        before = after


@settings(max_examples=60, deadline=None, database=None)
@given(scenarios(made_companies=False))
def test_all_but_track_is_idempotent_by_nature(scenario: Scenario) -> None:
    # A call that names a placeholder which it folds away finds it gone the second time.
    model, results = play(scenario)
    last = scenario.steps[-1]
    if last.operation_type == "track":
        return
    operation_ids = [operation_id(number) for number in range(len(scenario.steps))]
    again = model.apply(
        last.operation_type,
        last.body_with(operation_ids),
        operation_id=operation_id(len(scenario.steps)),
        accepted_at_ms=FIRST_ACCEPTED_AT_MS,
        email_signed=last.email_signed,
    )
    first = results[-1]
    assert again.status == ("rejected" if first.status == "rejected" else "unchanged")
    assert again.code == first.code


def _expect_unique(values: Iterable[Json | str | None]) -> None:
    held = [value for value in values if value is not None]
    assert len(held) == len(set(map(str, held)))

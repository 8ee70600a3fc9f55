"""Whatever happens, the model stays a state that the contract allows."""

from collections.abc import Iterable

from hypothesis import given, settings

from tests.model.generate import scenarios
from tests.model.scenario import Scenario, play, play_step
from tests.model.snapshot import canonical_text
from tests.model.state import Json

NOT_TWICE = {"track", "create_contact", "create_company", "create_stage"}
NOT_TWICE |= {"delete_contact", "delete_company", "delete_stage"}
# It may have taken away the external id that it was named by.
NOT_TWICE |= {"update_company"}


@settings(max_examples=30, deadline=None, database=None)
@given(scenarios())
def test_what_is_unique_stays_unique_and_no_reference_dangles(scenario: Scenario) -> None:
    stored = play(scenario)[0].snapshot()
    contacts, companies = stored["contacts"], stored["companies"]
    _expect_unique(email for contact in contacts.values() for email in contact["emails"])
    _expect_unique(contact["user_id"] for contact in contacts.values())
    _expect_unique(company["external_id"] for company in companies.values())
    for contact in contacts.values():
        assert contact["email"] is None or contact["email"] in contact["emails"]
        assert set(contact["companies"]) <= companies.keys()
    for record in [*stored["visitors"].values(), *stored["events"]]:
        assert record["contact_id"] is None or record["contact_id"] in contacts
    for visitor in stored["visitors"].values():
        assert visitor["active_company_id"] is None or visitor["active_company_id"] in companies
    assert set(stored["merged"].values()) <= contacts.keys()
    assert not stored["merged"].keys() & contacts.keys()


@settings(max_examples=30, deadline=None, database=None)
@given(scenarios())
def test_placeholders_have_no_name(scenario: Scenario) -> None:
    stored = play(scenario)[0].snapshot()
    for company in stored["companies"].values():
        assert not company["placeholder"] or company["name"] is None


@settings(max_examples=30, deadline=None, database=None)
@given(scenarios())
def test_a_status_says_whether_anything_stored_differs(scenario: Scenario) -> None:
    model = scenario.model()
    before = canonical_text(model.snapshot())
    for number, step in enumerate(scenario.steps):
        result = play_step(model, step, number)
        after = canonical_text(model.snapshot())
        assert (result.status == "applied") == (before != after)
        assert (result.status == "rejected") == (result.code is not None)
        before = after


@settings(max_examples=30, deadline=None, database=None)
@given(scenarios(made_records=False))
def test_what_makes_and_removes_nothing_is_idempotent_by_nature(scenario: Scenario) -> None:
    # A call that names a placeholder which it folds away finds it gone the second time.
    model, results = play(scenario)
    last = scenario.steps[-1]
    if last.operation_type in NOT_TWICE:
        return
    again = play_step(model, last, len(scenario.steps))
    first = results[-1]
    assert again.status == ("rejected" if first.status == "rejected" else "unchanged")
    assert again.code == first.code


def _expect_unique(values: Iterable[Json | str | None]) -> None:
    held = [value for value in values if value is not None]
    assert len(held) == len(set(map(str, held)))

"""What an operation changed, as its receipt tells it (contract §4)."""

from models.operations import (
    CompanyPart,
    Identify,
    Operation,
    SetDeal,
    SetProperties,
    SetStage,
)
from models.operations.companies import DeleteCompany
from models.records import Company, Stage
from models.working_set.changes import Change, metadata_fits, settle
from models.working_set.state import Occasion, WorkingSet
from workers.dispatch import HANDLERS

ADA = "ada@example.com"


def apply(state: WorkingSet, number: int, operation: Operation) -> list[Change]:
    visitor_id = getattr(operation, "visitor_id", None)
    state.begin(Occasion(f"op_{number}", "any", "secret", 1000 + number, number, visitor_id))
    HANDLERS[type(operation)].apply(operation, state)
    return settle(state)


def told(changes: list[Change]) -> set[tuple[str, str]]:
    return {(change["record"], change["pointer"]) for change in changes}


def test_records_that_an_operation_made_are_told_whole() -> None:
    changes = apply(WorkingSet(), 1, Identify("v1", email=ADA, name="Ada"))
    assert told(changes) == {
        ("visitor", ""),
        ("contact", ""),
        ("contact_email", ""),
        ("company", ""),
        ("link", ""),
    }
    made = next(change for change in changes if change["record"] == "contact")
    assert made["before"] is None
    assert made["after"] == {"id": "con_1", "email": ADA, "name": "Ada"}


def test_a_link_is_told_by_its_two_sides_and_its_time() -> None:
    changes = apply(WorkingSet(), 1, Identify("v1", email=ADA))
    (link,) = (change for change in changes if change["record"] == "link")
    assert link["after"] == {
        "contact_id": "con_1",
        "company_id": "com_1",
        "linked_at": "1970-01-01T00:00:01.001Z",
    }


def test_whose_own_a_placeholder_is_is_told_to_nobody() -> None:
    changes = apply(WorkingSet(), 1, Identify("v1", email=ADA))
    (company,) = (change for change in changes if change["record"] == "company")
    assert company["after"] == {"id": "com_1", "placeholder": True}


def test_a_stage_is_told_by_its_name_and_a_deal_as_it_is_counted() -> None:
    state = WorkingSet()
    state.add_stage(Stage("stg_1", "Lead", "lead", 0))
    state.add_stage(Stage("stg_2", "Won", "won", 1))
    apply(state, 1, Identify("v1", email=ADA))
    apply(state, 2, SetStage("v1", stage_name="lead"))
    changes = apply(state, 3, SetDeal("v1", deal_value_e4=5, stage_name="Won"))
    assert [(each["pointer"], each["before"], each["after"]) for each in changes] == [
        ("/stage", "Lead", "Won"),
        ("/deal_value_e4", None, 5),
    ]


def test_the_same_identify_again_changes_nothing() -> None:
    state = WorkingSet()
    apply(state, 1, Identify("v1", email=ADA, metadata={"plan": "pro"}))
    assert apply(state, 2, Identify("v1", email=ADA, metadata={"plan": "pro"})) == []
    assert state.contacts["con_1"].updated_at_ms == 1001


def test_a_changed_field_is_told_before_and_after_and_dates_the_record() -> None:
    state = WorkingSet()
    apply(state, 1, Identify("v1", email=ADA, name="Ada"))
    changes = apply(state, 2, Identify("v1", email=ADA, name="Ada L."))
    assert changes == [
        {
            "record": "contact",
            "id": "con_1",
            "pointer": "/name",
            "before": "Ada",
            "after": "Ada L.",
        }
    ]
    assert state.contacts["con_1"].updated_at_ms == 1002
    assert state.visitors["v1"].updated_at_ms == 1001


def test_the_active_company_of_a_visitor_that_did_not_ask_is_not_told() -> None:
    state = WorkingSet()
    company = Company("com_x", created_at_ms=1, updated_at_ms=1, external_id="acme")
    state.add_company(company)
    asked = apply(state, 1, Identify("v1", email=ADA, company=CompanyPart(id="acme")))
    assert ("visitor", "") in told(asked)
    assert told(apply(state, 2, DeleteCompany("com_x"))) == {("company", ""), ("link", "")}
    assert state.visitors["v1"].active_company_id is None


def test_metadata_is_told_key_by_key_and_true_is_not_one() -> None:
    state = WorkingSet()
    apply(state, 1, Identify("v1", email=ADA, metadata={"a/b": 1, "kept": {"x": 1}}))
    changes = apply(state, 2, Identify("v1", metadata={"a/b": True, "kept": {"x": 1}}))
    assert [(each["pointer"], each["before"], each["after"]) for each in changes] == [
        ("/metadata/a~1b", 1, True)
    ]


def test_metadata_beyond_the_limit_of_a_record_does_not_fit() -> None:
    state = WorkingSet()
    apply(state, 1, SetProperties("v1", {"a": "x" * 30_000, "b": "x" * 30_000}))
    assert metadata_fits(state)
    apply(state, 2, SetProperties("v1", {"c": "x" * 30_000}))
    assert not metadata_fits(state)

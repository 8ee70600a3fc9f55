"""What an operation changed, as its receipt tells it (contract §4)."""

from models.operations import Identify, SetProperties
from models.working_set.changes import Change, metadata_fits, settle
from models.working_set.state import Occasion, WorkingSet
from workers.dispatch import HANDLERS

ADA = "ada@example.com"


def apply(state: WorkingSet, number: int, operation: Identify | SetProperties) -> list[Change]:
    kind = "identify" if isinstance(operation, Identify) else "set_properties"
    state.begin(Occasion(f"op_{number}", kind, "secret", 1000 + number, number))
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

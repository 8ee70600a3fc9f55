"""What is stored between two parts of a batch is not stored again, and not forgotten (ADR 0024)."""

from models.operations import Identify, Operation, Track
from models.working_set.changes import settle
from models.working_set.state import Occasion, WorkingSet
from workers.dispatch import HANDLERS


def begin(state: WorkingSet, number: int, operation: Operation) -> None:
    visitor_id = getattr(operation, "visitor_id", None)
    state.begin(Occasion(f"op_{number}", "any", "secret", 1000 + number, number, visitor_id))
    HANDLERS[type(operation)].apply(operation, state)


def apply(state: WorkingSet, number: int, operation: Operation) -> None:
    begin(state, number, operation)
    settle(state)


def merged() -> tuple[WorkingSet, str]:
    """Two contacts that turned out to be one, and the id of the one that is no more."""
    state = WorkingSet()
    apply(state, 1, Identify("v1", email="ann@example.com"))
    apply(state, 2, Identify("v2", user_id="7"))
    apply(state, 3, Identify("v1", user_id="7"))
    (merged_id,) = state.merges
    return state, merged_id


def test_a_contact_that_an_earlier_part_merged_is_found_by_its_old_id() -> None:
    state, merged_id = merged()
    survivor = state.contact_by_id(merged_id)
    assert survivor is not None
    state.is_stored()
    assert state.contact_by_id(merged_id) is survivor


def test_what_was_only_added_is_not_added_again() -> None:
    state, _ = merged()
    apply(state, 4, Track("v1", "opened"))
    assert state.merges
    assert state.activity
    assert state.sweepings
    state.is_stored()
    assert (state.merges, state.activity, state.sweepings) == ({}, {}, [])


def test_what_is_stored_is_not_undone() -> None:
    state = WorkingSet()
    apply(state, 1, Identify("v1", email="ann@example.com"))
    state.is_stored()
    begin(state, 2, Identify("v1", name="Ann"))
    state.undo()
    (contact,) = state.contacts.values()
    assert (contact.email, contact.name) == ("ann@example.com", None)

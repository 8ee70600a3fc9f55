"""Writes of several projects become one statement a step, and each project keeps its order."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from models.store.noted import Step, Write, in_step

A, B, C = (Step("run", text=letter) for letter in "abc")


def noted(*steps: Step) -> list[Write]:
    return [Write(step, [place]) for place, step in enumerate(steps)]


def steps_of(*projects: Sequence[Step]) -> list[Step]:
    named = {f"p{place}": noted(*steps) for place, steps in enumerate(projects)}
    return [step for step, _ in in_step(named)]


def test_the_same_steps_are_done_once_for_all() -> None:
    (first, second) = in_step({"p": noted(A, B), "q": noted(A, B)})
    assert first == (A, {"p": [0], "q": [0]})
    assert second == (B, {"p": [1], "q": [1]})


def test_a_step_waits_for_those_who_come_to_it_later() -> None:
    assert steps_of([B, C], [A, B, C]) == [A, B, C]


def test_a_step_that_a_project_takes_twice_is_done_twice() -> None:
    assert steps_of([A, B, A], [A, B]) == [A, B, A]


def test_projects_that_take_steps_in_different_orders_do_not_wait_for_one_another() -> None:
    assert steps_of([A, B], [B, A]) == [A, B, A]


def test_who_has_nothing_to_write_is_in_no_step() -> None:
    assert list(in_step({"p": [], "q": noted(A)})) == [(A, {"q": [0]})]


@given(st.lists(st.lists(st.sampled_from([A, B, C]), max_size=6), max_size=4))
def test_each_project_writes_all_of_it_in_its_order(projects: list[list[Step]]) -> None:
    named = {f"p{place}": noted(*steps) for place, steps in enumerate(projects)}
    done: dict[str, list[Write]] = {project_id: [] for project_id in named}
    for step, rows in in_step(named):
        for project_id, each in rows.items():
            done[project_id].append(Write(step, each))
    assert done == named

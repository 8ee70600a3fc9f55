"""What the sweeper mends, told from what it sees."""

import pytest

from workers.sweep import Mending, Seen, decide

NOTHING = Mending((), ())


@pytest.mark.parametrize(
    ("seen", "mending"),
    [
        pytest.param(Seen((), frozenset(), ()), NOTHING, id="nothing waits"),
        pytest.param(Seen(("p",), frozenset({"p"}), ()), NOTHING, id="a drain holds the token"),
        pytest.param(Seen(("p",), frozenset(), ("p-1",)), NOTHING, id="a job is queued"),
        pytest.param(
            Seen(("p", "q"), frozenset({"q"}), ()), Mending(("p",), ()), id="nobody will come"
        ),
        pytest.param(
            Seen(("p",), frozenset(), ("p-q-1", "pp-1")),
            Mending(("p",), ()),
            id="jobs of projects with similar names",
        ),
        pytest.param(Seen(("b", "a"), frozenset(), ()), Mending(("b", "a"), ()), id="oldest first"),
        pytest.param(
            Seen(("p",), frozenset(), ("p-1", "q-1", "p-2", "p-3")),
            Mending((), ("p-2", "p-3")),
            id="jobs piled up while no worker ran",
        ),
        pytest.param(
            Seen(("p", "q"), frozenset({"p", "q"}), ("q-1",), frozenset({"p", "q"})),
            Mending((), (), jobless=frozenset({"p"})),
            id="a job that was just taken, or lost",
        ),
    ],
)
def test_the_sweeper_wakes_who_waits_alone_and_keeps_one_job_a_project(
    seen: Seen, mending: Mending
) -> None:
    assert decide(seen) == mending


def test_a_job_that_no_worker_has_begun_by_the_next_look_is_lost() -> None:
    seen = Seen(("p", "q"), frozenset({"p", "q"}), (), frozenset({"p", "q"}))
    assert decide(seen, frozenset({"p", "x"})) == Mending((), (), ("p",), frozenset({"q"}))


def test_a_job_that_was_begun_by_the_next_look_is_not() -> None:
    assert decide(Seen(("p",), frozenset({"p"}), ()), frozenset({"p"})) == NOTHING

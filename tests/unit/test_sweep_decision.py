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
    ],
)
def test_the_sweeper_wakes_who_waits_alone_and_keeps_one_job_a_project(
    seen: Seen, mending: Mending
) -> None:
    assert decide(seen) == mending

"""How long a supervisor waits before it starts a dead process again."""

import pytest

from config.supervising.restarts import pause_before_restart


@pytest.mark.parametrize(
    ("last_pause_s", "ran_s", "next_pause_s"),
    [
        (0.0, 0.1, 0.1),  # the first death
        (0.1, 0.1, 0.2),  # and again at once
        (3.2, 1.0, 5.0),  # never longer than this
        (5.0, 1.0, 5.0),
        (5.0, 3.0, 0.1),  # it ran steadily in between
    ],
)
def test_the_pause_doubles_until_a_service_runs_steadily(
    last_pause_s: float, ran_s: float, next_pause_s: float
) -> None:
    assert pause_before_restart(last_pause_s, ran_s) == next_pause_s

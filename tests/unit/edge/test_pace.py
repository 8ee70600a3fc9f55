"""How long a newcomer will wait is told by those who waited before (contract §4)."""

import pytest

from ingest_api.pace import DEEP_ENTRIES, LIFE_S, PROJECTS_LIMIT, Pace


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock)


def test_while_nobody_has_waited_nothing_is_expected(pace: Pace) -> None:
    assert pace.wait_s("p", 1_000_000) == 0


def test_twice_the_backlog_is_twice_the_wait(pace: Pace) -> None:
    pace.learn("p", 1_000, 0.5, in_vain=False)
    assert pace.wait_s("p", 2_000) == pytest.approx(1.0)


def test_one_projects_pace_says_nothing_of_anothers(pace: Pace) -> None:
    pace.learn("p", 1_000, 0.5, in_vain=False)
    assert pace.wait_s("q", 2_000) == 0


def test_a_short_queue_teaches_nothing_and_is_waited_for(pace: Pace) -> None:
    pace.learn("p", DEEP_ENTRIES - 1, 9.0, in_vain=True)
    assert pace.wait_s("p", 5_000) == 0
    pace.learn("p", DEEP_ENTRIES, 9.0, in_vain=True)
    assert pace.wait_s("p", DEEP_ENTRIES - 1) == 0


def test_who_waited_in_vain_shows_at_least_how_long_it_takes(pace: Pace) -> None:
    pace.learn("p", 1_000, 2.0, in_vain=True)
    pace.learn("p", 1_000, 0.1, in_vain=True)
    assert pace.wait_s("p", 1_000) == pytest.approx(2.0)


def test_the_last_ones_count_most(pace: Pace) -> None:
    pace.learn("p", 1_000, 2.0, in_vain=False)
    for _ in range(20):
        pace.learn("p", 1_000, 0.1, in_vain=False)
    assert pace.wait_s("p", 1_000) == pytest.approx(0.1, rel=0.05)


def test_what_was_seen_is_tried_again_after_a_while(pace: Pace, clock: Clock) -> None:
    pace.learn("p", 1_000, 2.0, in_vain=True)
    clock.now_s = LIFE_S
    assert pace.wait_s("p", 1_000) == 0


def test_it_remembers_a_bounded_number_of_projects(pace: Pace) -> None:
    for n in range(3 * PROJECTS_LIMIT):
        pace.learn(f"p{n}", 1_000, 2.0, in_vain=True)
    known = [n for n in range(3 * PROJECTS_LIMIT) if pace.wait_s(f"p{n}", 1_000)]
    assert 0 < len(known) <= PROJECTS_LIMIT

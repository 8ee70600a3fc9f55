"""Every interleaving of the wake protocol ends with every accepted entry committed.

And each of its safeguards is there for a reason: without it, some interleaving strands an entry.
"""

from dataclasses import replace

import pytest

from tests.unit.wake_model import Protocol, explore

WHOLE = Protocol()
# Nothing goes wrong and nothing mends: the drain's own way of leaving must be enough.
BARE = Protocol(sweeps=False, tokens_expire=False)


@pytest.mark.parametrize("drains_at_once", [1, 2, 3])
def test_without_faults_nobody_has_to_mend_anything(drains_at_once: int) -> None:
    explored = explore(replace(BARE, drains_at_once=drains_at_once), accepted=3, faults=0)
    assert len(explored.ends) > 0
    assert explored.stranded() == explored.lost(3) == []


def test_also_when_tokens_expire_under_slow_drains_nothing_is_stranded() -> None:
    explored = explore(replace(BARE, tokens_expire=True), accepted=3, faults=0)
    assert explored.stranded() == explored.lost(3) == []


@pytest.mark.parametrize("faults", [1, 2, 3])
def test_lost_jobs_and_killed_drains_strand_and_lose_nothing(faults: int) -> None:
    explored = explore(WHOLE, accepted=3, faults=faults)
    assert len(explored.states) > 1000
    assert explored.stranded() == explored.lost(3) == []


@pytest.mark.parametrize(
    "without",
    [
        replace(BARE, second_look=False),
        replace(BARE, looks_at_both_lanes=False),
        replace(BARE, clears_token=False),
        replace(BARE, clears_before_looking=False),
    ],
    ids=["second look", "look at both lanes", "clearing the token", "clearing before looking"],
)
def test_each_step_of_leaving_is_needed(without: Protocol) -> None:
    assert explore(without, accepted=3, faults=0).stranded()


@pytest.mark.parametrize(
    "without",
    [replace(WHOLE, sweeps=False), replace(WHOLE, tokens_expire=False)],
    ids=["sweeper", "expiry of the token"],
)
def test_the_sweeper_and_the_expiry_are_needed_when_something_breaks(without: Protocol) -> None:
    assert explore(without, accepted=2, faults=1).stranded()


def test_deleting_before_the_commit_would_lose_entries() -> None:
    without = replace(WHOLE, deletes_after_commit=False)
    assert explore(without, accepted=2, faults=1).lost(2)

"""Every interleaving of the wake protocol ends with every accepted entry committed.

And each of its safeguards is there for a reason: without it, some interleaving strands an entry.
"""

from dataclasses import replace

import pytest

from tests.unit.wake_model import explore
from tests.unit.wake_state import Fault, Protocol

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


@pytest.mark.parametrize(("accepted", "faults"), [(3, 1), (2, 2), (2, 3)])
def test_lost_jobs_and_whoever_is_killed_strand_and_lose_nothing(
    accepted: int, faults: int
) -> None:
    explored = explore(WHOLE, accepted=accepted, faults=faults)
    assert len(explored.states) > 1000
    assert explored.stranded() == explored.lost(accepted) == []


STEPS_OF_LEAVING = {
    "second look": replace(BARE, second_look=False),
    "look at both lanes": replace(BARE, looks_at_both_lanes=False),
    "clearing the token": replace(BARE, clears_token=False),
    "clearing before looking": replace(BARE, clears_before_looking=False),
    "holding the token before the next turn is queued": replace(BARE, holds_before_queueing=False),
    "in a round, token and deletion in one step": replace(BARE, releases_with_the_deletion=False),
    "in a round, the token behind the unlock": replace(BARE, releases_behind_the_unlock=False),
    "in a round, counting both lanes": replace(BARE, release_counts_both_lanes=False),
    "in a round, giving the token back": replace(BARE, gives_token_back=False),
    "in a round, handing over what is left": replace(BARE, hands_over=False),
}


@pytest.mark.parametrize("step", STEPS_OF_LEAVING)
def test_each_step_of_leaving_is_needed(step: str) -> None:
    assert explore(STEPS_OF_LEAVING[step], accepted=3, faults=0).stranded()


def test_who_asks_for_the_token_before_the_entry_is_there_may_strand_it() -> None:
    without = replace(BARE, asks_behind_the_entry=False)
    assert explore(without, accepted=2, faults=0).stranded()


def test_an_edge_that_queued_the_job_in_a_step_of_its_own_could_die_before_it() -> None:
    edges_die = replace(BARE, breaks=frozenset({Fault.EDGE_KILLED}))
    assert not explore(edges_die, accepted=3, faults=1).stranded()
    without = replace(edges_die, queues_with_the_entry=False)
    assert explore(without, accepted=3, faults=1).stranded()


@pytest.mark.parametrize("times", [1, 2])
def test_a_job_that_the_sweeper_takes_for_lost_by_mistake_strands_nothing(times: int) -> None:
    mistaken = replace(BARE, breaks=frozenset({Fault.JOB_TAKEN_FOR_LOST}))
    explored = explore(mistaken, accepted=2, faults=times)
    assert explored.stranded() == explored.lost(2) == []


@pytest.mark.parametrize(
    "without",
    [replace(WHOLE, sweeps=False), replace(WHOLE, tokens_expire=False)],
    ids=["sweeper", "expiry of the token"],
)
def test_the_sweeper_and_the_expiry_are_needed_when_something_breaks(without: Protocol) -> None:
    assert explore(without, accepted=2, faults=1).stranded()


@pytest.mark.parametrize(
    "without",
    [
        replace(WHOLE, deletes_after_commit=False),
        replace(WHOLE, releases_behind_the_unlock=False),
    ],
    ids=["in a drain", "in a round"],
)
def test_deleting_before_the_commit_would_lose_entries(without: Protocol) -> None:
    assert explore(without, accepted=2, faults=1).lost(2)

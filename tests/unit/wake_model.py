"""The wake protocol as a small machine, to be explored in every interleaving.

Edges accept and queue jobs; workers take them and drain, each project alone or several in a round;
faults lose jobs, have the sweeper take one for lost, and end edges, sweepers and drains.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.unit.wake_drain import drain_steps
from tests.unit.wake_round import round_steps
from tests.unit.wake_state import At, DrainAt, Fault, Protocol, State

_ROUND = frozenset(at for at in At if at.name.startswith("ROUND"))


def next_states(protocol: Protocol, state: State) -> Iterator[State]:
    """Every state that one step of anybody can lead to."""
    yield from _edges(protocol, state)
    yield from _sweeper(protocol, state)
    yield from _workers(protocol, state)
    if state.faults:
        yield from _faults(protocol, replace(state, faults=state.faults - 1))
    if protocol.tokens_expire and state.token:
        yield replace(state, token=False)


def _edges(protocol: Protocol, state: State) -> Iterator[State]:
    if state.to_accept:
        entry = state.to_accept
        following = replace(state, to_accept=entry - 1)
        if protocol.asks_behind_the_entry:
            yield _accepted(protocol, following, entry, is_awake=state.token)
        else:
            yield replace(following, asked=state.asked | {(entry, state.token)}, token=True)
    for entry, is_awake in state.asked:
        rest = state.asked - {(entry, is_awake)}
        yield _accepted(protocol, replace(state, asked=rest), entry, is_awake)
    if state.owed:
        yield replace(state, owed=state.owed - 1).with_job()


def _accepted(protocol: Protocol, state: State, entry: int, is_awake: bool) -> State:
    state = replace(state, waiting=state.waiting | {entry})
    if is_awake:
        return state
    state = replace(state, token=True)
    if protocol.queues_with_the_entry:
        return state.with_job()
    return replace(state, owed=state.owed + 1)


def _sweeper(protocol: Protocol, state: State) -> Iterator[State]:
    is_idle = not state.jobs and not state.unqueued
    if protocol.sweeps and state.waiting and not state.token and is_idle:
        yield replace(state, token=True, unqueued=1)
    if state.unqueued:
        yield replace(state, unqueued=state.unqueued - 1).with_job()


def _workers(protocol: Protocol, state: State) -> Iterator[State]:
    if state.jobs and len(state.drains) < protocol.drains_at_once:
        taken = replace(state, jobs=state.jobs - 1)
        yield taken.with_drain(state.drains, DrainAt(At.LOCK))
        # Who takes several jobs at once holds their tokens.
        held = replace(taken, token=True)
        yield held.with_drain(state.drains, DrainAt(At.ROUND_LOCK))
    for drain, others in state.each_drain():
        steps = round_steps if drain.at in _ROUND else drain_steps
        yield from steps(protocol, state, others, drain)


def _faults(protocol: Protocol, state: State) -> Iterator[State]:
    if state.jobs and Fault.JOB_LOST in protocol.breaks:
        yield replace(state, jobs=state.jobs - 1)
    if state.owed and Fault.EDGE_KILLED in protocol.breaks:
        yield replace(state, owed=state.owed - 1)
    if state.unqueued and Fault.SWEEPER_KILLED in protocol.breaks:
        yield replace(state, unqueued=state.unqueued - 1)
    if Fault.JOB_TAKEN_FOR_LOST in protocol.breaks:
        # The sweeper hands the project over, whatever became of its drain since it looked.
        yield replace(state, token=True, unqueued=state.unqueued + 1)
    if Fault.DRAIN_KILLED in protocol.breaks:
        for _, others in state.each_drain():
            yield replace(state, drains=others)


@dataclass(frozen=True)
class Explored:
    """All states, and those that nothing leads out of."""

    states: frozenset[State]
    ends: frozenset[State]

    def stranded(self) -> list[State]:
        """Ends in which an entry still waits."""
        return [end for end in self.ends if end.waiting]

    def lost(self, accepted: int) -> list[State]:
        """Ends in which nothing waits and yet not everything is committed."""
        return [end for end in self.ends if not end.waiting and len(end.committed) < accepted]


def explore(protocol: Protocol, *, accepted: int, faults: int) -> Explored:
    """Every state that can be reached when so many entries are accepted and faults happen."""
    first = State(to_accept=accepted, faults=faults)
    seen, ends = {first}, set()
    to_visit = deque([first])
    while to_visit:
        state = to_visit.popleft()
        following = set(next_states(protocol, state))
        if not following:
            ends.add(state)
        to_visit.extend(following - seen)
        seen |= following
    return Explored(frozenset(seen), frozenset(ends))

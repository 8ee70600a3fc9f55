"""The wake protocol as a small machine, to be explored in every interleaving.

Edges accept and queue jobs; workers pop them and drain; faults lose jobs and end drains. A state
keeps only what the protocol decides on: which entries wait, which are committed, the token, the
jobs, who holds the database lock and where each drain stands. A mailbox has two lanes, which a
drain reads one after the other: a batch is of the first one that is not empty.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

MAX_JOBS = 3
LIVE, BULK = 0, 1


class At(StrEnum):
    """Where a drain stands: what it does next."""

    LOCK = "lock the mailbox row, or leave if it is taken"
    HEAD = "hold the token, read the head of the lane whose turn it is"
    OTHER_HEAD = "read the head of the other lane, since that one is empty"
    COMMIT = "commit and unlock"
    DELETE = "delete what it read"
    CLEAR = "clear the token"
    LOOK = "look once more, at the live lane"
    OTHER_LOOK = "and at the bulk lane"


@dataclass(frozen=True)
class DrainAt:
    at: At
    read: frozenset[int] = frozenset()
    lane: int = LIVE


@dataclass(frozen=True)
class State:
    to_accept: int
    faults: int
    waiting: frozenset[int] = frozenset()
    committed: frozenset[int] = frozenset()
    token: bool = False
    unqueued: int = 0
    jobs: int = 0
    drains: tuple[DrainAt, ...] = ()

    @property
    def locked(self) -> bool:
        return any(drain.at in _LOCKED for drain in self.drains)

    def waits_in(self, lane: int) -> frozenset[int]:
        return frozenset(entry for entry in self.waiting if _lane_of(entry) == lane)


_LOCKED = {At.HEAD, At.OTHER_HEAD, At.COMMIT}


def _lane_of(entry: int) -> int:
    """Live and bulk operations come by turns."""
    return entry % 2


@dataclass(frozen=True)
class Protocol:
    """The protocol, and what can be taken out of it."""

    second_look: bool = True
    looks_at_both_lanes: bool = True
    clears_token: bool = True
    clears_before_looking: bool = True
    deletes_after_commit: bool = True
    sweeps: bool = True
    tokens_expire: bool = True
    drains_at_once: int = 2

    def next_states(self, state: State) -> Iterator[State]:
        """Every state that one step of anybody can lead to."""
        yield from self._edges(state)
        yield from self._workers(state)
        yield from self._faults(state)
        if self.tokens_expire and state.token:
            yield replace(state, token=False)

    def _edges(self, state: State) -> Iterator[State]:
        if state.to_accept:
            yield replace(
                state,
                to_accept=state.to_accept - 1,
                waiting=state.waiting | {state.to_accept},
                token=True,
                unqueued=state.unqueued + (not state.token),
            )
        if state.unqueued and state.jobs < MAX_JOBS:
            yield replace(state, unqueued=state.unqueued - 1, jobs=state.jobs + 1)
        idle = not state.jobs and not state.unqueued
        if self.sweeps and state.waiting and not state.token and idle:
            yield replace(state, token=True, unqueued=1)

    def _workers(self, state: State) -> Iterator[State]:
        if state.jobs and len(state.drains) < self.drains_at_once:
            yield _with(replace(state, jobs=state.jobs - 1), state.drains, DrainAt(At.LOCK))
        for drain in set(state.drains):
            yield from self._step(state, drain)

    def _step(self, state: State, drain: DrainAt) -> Iterable[State]:
        others = list(state.drains)
        others.remove(drain)
        steps = {
            At.LOCK: self._lock,
            At.HEAD: self._head,
            At.OTHER_HEAD: self._other_head,
            At.COMMIT: self._commit,
            At.DELETE: self._delete,
            At.CLEAR: self._clear,
            At.LOOK: self._look,
            At.OTHER_LOOK: self._other_look,
        }
        return steps[drain.at](state, tuple(others), drain)

    def _lock(self, state: State, others: tuple[DrainAt, ...], _: DrainAt) -> Iterator[State]:
        if state.locked:
            yield replace(state, drains=others)
            return
        # Whose turn it is, is for the drain to say; nothing depends on it.
        for lane in (LIVE, BULK):
            yield _with(state, others, DrainAt(At.HEAD, lane=lane))

    def _head(self, state: State, others: tuple[DrainAt, ...], drain: DrainAt) -> Iterator[State]:
        state = replace(state, token=True)
        if state.waits_in(drain.lane):
            yield self._reading(state, others, drain.lane)
        else:
            yield _with(state, others, DrainAt(At.OTHER_HEAD, lane=1 - drain.lane))

    def _other_head(
        self, state: State, others: tuple[DrainAt, ...], drain: DrainAt
    ) -> Iterator[State]:
        if state.waits_in(drain.lane):
            yield self._reading(state, others, drain.lane)
        else:
            yield self._leaving(state, others)

    def _reading(self, state: State, others: tuple[DrainAt, ...], lane: int) -> State:
        read = state.waits_in(lane)
        if not self.deletes_after_commit:
            state = replace(state, waiting=state.waiting - read)
        return _with(state, others, DrainAt(At.COMMIT, read))

    def _commit(self, state: State, others: tuple[DrainAt, ...], drain: DrainAt) -> Iterator[State]:
        state = replace(state, committed=state.committed | drain.read)
        yield _with(state, others, DrainAt(At.DELETE, drain.read))

    def _delete(self, state: State, others: tuple[DrainAt, ...], drain: DrainAt) -> Iterator[State]:
        state = replace(state, waiting=state.waiting - drain.read)
        if state.waiting:
            yield _with(state, others, DrainAt(At.LOCK))
        else:
            yield self._leaving(state, others)

    def _leaving(self, state: State, others: tuple[DrainAt, ...]) -> State:
        if self.clears_before_looking:
            return _with(state, others, DrainAt(At.CLEAR))
        return _with(state, others, DrainAt(At.LOOK))

    def _clear(self, state: State, others: tuple[DrainAt, ...], _: DrainAt) -> Iterator[State]:
        state = replace(state, token=state.token and not self.clears_token)
        if self.second_look and self.clears_before_looking:
            yield _with(state, others, DrainAt(At.LOOK))
        else:
            yield replace(state, drains=others)

    def _look(self, state: State, others: tuple[DrainAt, ...], _: DrainAt) -> Iterator[State]:
        if state.waits_in(LIVE):
            yield _with(state, others, DrainAt(At.LOCK))
        elif self.looks_at_both_lanes:
            yield _with(state, others, DrainAt(At.OTHER_LOOK))
        else:
            yield self._looked(state, others)

    def _other_look(self, state: State, others: tuple[DrainAt, ...], _: DrainAt) -> Iterator[State]:
        if state.waits_in(BULK):
            yield _with(state, others, DrainAt(At.LOCK))
        else:
            yield self._looked(state, others)

    def _looked(self, state: State, others: tuple[DrainAt, ...]) -> State:
        if self.clears_before_looking:
            return replace(state, drains=others)
        return _with(state, others, DrainAt(At.CLEAR))

    def _faults(self, state: State) -> Iterator[State]:
        if not state.faults:
            return
        hurt = replace(state, faults=state.faults - 1)
        if state.jobs:
            yield replace(hurt, jobs=state.jobs - 1)
        if state.unqueued:
            yield replace(hurt, unqueued=state.unqueued - 1)
        for drain in set(state.drains):
            others = list(state.drains)
            others.remove(drain)
            yield replace(hurt, drains=tuple(others))


def _with(state: State, others: tuple[DrainAt, ...], drain: DrainAt) -> State:
    in_order = sorted((*others, drain), key=lambda one: (one.at, one.lane, sorted(one.read)))
    return replace(state, drains=tuple(in_order))


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
        following = set(protocol.next_states(state))
        if not following:
            ends.add(state)
        to_visit.extend(following - seen)
        seen |= following
    return Explored(frozenset(seen), frozenset(ends))

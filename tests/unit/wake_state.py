"""A state of the wake protocol: only what the protocol decides on.

Which entries wait, which are committed, the token, the jobs, and where each drain stands. A mailbox
has two lanes, which a drain reads one after the other: a batch is of the first one that is not
empty. A round, which several projects share, is seen here from one of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

MAX_JOBS = 3
"""More of them do nothing else."""
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
    HOLD = "its turn is over: hold the token for the next one"
    QUEUE = "queue the next one"
    ROUND_LOCK = "as LOCK, for a round"
    ROUND_HEAD = "read the live lane; what is out of the ordinary is left to a drain"
    ROUND_COMMIT = "as COMMIT"
    ROUND_LEAVE = "delete what it read, and give the token back if nothing else waits"
    ROUND_RELEASE = "give the token back in a step of its own, which no round should"


@dataclass(frozen=True)
class DrainAt:
    """`locks` that it holds the mailbox row, `left` that its deletion left entries behind."""

    at: At
    read: frozenset[int] = frozenset()
    lane: int = LIVE
    locks: bool = False
    left: bool = False


Others = tuple[DrainAt, ...]


@dataclass(frozen=True)
class State:
    """`asked` are entries on their way of which the edge knows whether somebody is awake.

    `owed` jobs are an edge's to queue, `unqueued` ones the sweeper's.
    """

    to_accept: int
    faults: int
    waiting: frozenset[int] = frozenset()
    committed: frozenset[int] = frozenset()
    token: bool = False
    asked: frozenset[tuple[int, bool]] = frozenset()
    owed: int = 0
    unqueued: int = 0
    jobs: int = 0
    drains: Others = ()

    @property
    def is_locked(self) -> bool:
        return any(drain.locks for drain in self.drains)

    def waits_in(self, lane: int) -> frozenset[int]:
        return frozenset(entry for entry in self.waiting if _lane_of(entry) == lane)

    def each_drain(self) -> Iterator[tuple[DrainAt, Others]]:
        """Each of them, with the others."""
        for drain in set(self.drains):
            others = list(self.drains)
            others.remove(drain)
            yield drain, tuple(others)

    def with_drain(self, others: Others, drain: DrainAt) -> "State":
        in_order = sorted((*others, drain), key=_place)
        return replace(self, drains=tuple(in_order))

    def with_job(self) -> "State":
        return replace(self, jobs=min(self.jobs + 1, MAX_JOBS))


def _lane_of(entry: int) -> int:
    """Live and bulk operations come by turns."""
    return entry % 2


def _place(drain: DrainAt) -> tuple[object, ...]:
    return drain.at, drain.lane, sorted(drain.read), drain.locks, drain.left


class Fault(Enum):
    """What can go wrong."""

    JOB_LOST = auto()
    EDGE_KILLED = auto()
    SWEEPER_KILLED = auto()
    DRAIN_KILLED = auto()
    JOB_TAKEN_FOR_LOST = auto()


@dataclass(frozen=True)
class Protocol:
    """The protocol, and what can be taken out of it."""

    drains_at_once: int = 2
    breaks: frozenset[Fault] = frozenset(Fault)
    # Of acceptance
    asks_behind_the_entry: bool = True
    queues_with_the_entry: bool = True
    # Of a drain that leaves
    second_look: bool = True
    looks_at_both_lanes: bool = True
    clears_token: bool = True
    clears_before_looking: bool = True
    deletes_after_commit: bool = True
    holds_before_queueing: bool = True
    # Of a round that leaves
    releases_with_the_deletion: bool = True
    releases_behind_the_unlock: bool = True
    release_counts_both_lanes: bool = True
    gives_token_back: bool = True
    hands_over: bool = True
    # Of who mends
    sweeps: bool = True
    tokens_expire: bool = True

"""What a round of the wake protocol can do next, with one of its projects."""

from collections.abc import Iterator
from dataclasses import replace

from tests.unit.wake_state import LIVE, At, DrainAt, Others, Protocol, State


def round_steps(
    protocol: Protocol, state: State, others: Others, drain: DrainAt
) -> Iterator[State]:
    """Every state that this round's next step can lead to."""
    match drain.at:
        case At.ROUND_LOCK if state.is_locked:
            yield replace(state, drains=others)
        case At.ROUND_LOCK:
            yield state.with_drain(others, DrainAt(At.ROUND_HEAD, locks=True))
        case At.ROUND_HEAD:
            yield from _head(protocol, state, others)
        case At.ROUND_COMMIT:
            yield _commit(protocol, state, others, drain)
        case At.ROUND_LEAVE:
            yield _leave(protocol, state, others, drain)
        case At.ROUND_RELEASE:
            yield _left(protocol, _released(protocol, state, drain), others, drain)


def _head(protocol: Protocol, state: State, others: Others) -> Iterator[State]:
    # It fails, or has nothing to do, or what it finds is out of the ordinary.
    yield state.with_drain(others, DrainAt(At.LOCK))
    read = state.waits_in(LIVE)
    if read:
        then = At.ROUND_COMMIT if protocol.releases_behind_the_unlock else At.ROUND_LEAVE
        yield state.with_drain(others, DrainAt(then, read, locks=True))


def _commit(protocol: Protocol, state: State, others: Others, drain: DrainAt) -> State:
    state = replace(state, committed=state.committed | drain.read)
    if protocol.releases_behind_the_unlock:
        return state.with_drain(others, DrainAt(At.ROUND_LEAVE, drain.read))
    return _left(protocol, state, others, drain)


def _leave(protocol: Protocol, state: State, others: Others, drain: DrainAt) -> State:
    state = replace(state, waiting=state.waiting - drain.read)
    counted = state.waiting if protocol.release_counts_both_lanes else state.waits_in(LIVE)
    drain = replace(drain, left=bool(counted))
    if not protocol.releases_with_the_deletion:
        return state.with_drain(others, replace(drain, at=At.ROUND_RELEASE))
    state = _released(protocol, state, drain)
    if drain.locks:
        return state.with_drain(others, replace(drain, at=At.ROUND_COMMIT))
    return _left(protocol, state, others, drain)


def _released(protocol: Protocol, state: State, drain: DrainAt) -> State:
    gives_back = protocol.gives_token_back and not drain.left
    return replace(state, token=state.token and not gives_back)


def _left(protocol: Protocol, state: State, others: Others, drain: DrainAt) -> State:
    if drain.left and protocol.hands_over:
        return state.with_drain(others, DrainAt(At.HOLD))
    return replace(state, drains=others)

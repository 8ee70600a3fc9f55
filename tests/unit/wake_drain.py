"""What a drain of the wake protocol can do next."""

from collections.abc import Iterator
from dataclasses import replace

from tests.unit.wake_state import BULK, LIVE, At, DrainAt, Others, Protocol, State


def drain_steps(
    protocol: Protocol, state: State, others: Others, drain: DrainAt
) -> Iterator[State]:
    """Every state that this drain's next step can lead to."""
    match drain.at:
        case At.LOCK:
            yield from _lock(state, others)
        case At.HEAD | At.OTHER_HEAD:
            yield _head(protocol, state, others, drain)
        case At.COMMIT:
            state = replace(state, committed=state.committed | drain.read)
            yield state.with_drain(others, DrainAt(At.DELETE, drain.read))
        case At.DELETE:
            state = replace(state, waiting=state.waiting - drain.read)
            done = not state.waiting
            yield _leaving(protocol, state, others) if done else _again(state, others)
        case At.CLEAR:
            yield _clear(protocol, state, others)
        case At.LOOK | At.OTHER_LOOK:
            yield _look(protocol, state, others, drain)
        case At.HOLD | At.QUEUE:
            yield _hand_over(protocol, state, others, drain)


def _again(state: State, others: Others) -> State:
    return state.with_drain(others, DrainAt(At.LOCK))


def _lock(state: State, others: Others) -> Iterator[State]:
    # A stop, or who waits behind it.
    yield state.with_drain(others, DrainAt(At.HOLD))
    if state.is_locked:
        yield replace(state, drains=others)
        return
    # Whose turn it is, is for the drain to say; nothing depends on it.
    for lane in (LIVE, BULK):
        yield state.with_drain(others, DrainAt(At.HEAD, lane=lane, locks=True))


def _head(protocol: Protocol, state: State, others: Others, drain: DrainAt) -> State:
    if drain.at is At.HEAD:
        state = replace(state, token=True)
    read = state.waits_in(drain.lane)
    if read:
        if not protocol.deletes_after_commit:
            state = replace(state, waiting=state.waiting - read)
        return state.with_drain(others, DrainAt(At.COMMIT, read, locks=True))
    if drain.at is At.HEAD:
        there = DrainAt(At.OTHER_HEAD, lane=1 - drain.lane, locks=True)
        return state.with_drain(others, there)
    return _leaving(protocol, state, others)


def _leaving(protocol: Protocol, state: State, others: Others) -> State:
    first = At.CLEAR if protocol.clears_before_looking else At.LOOK
    return state.with_drain(others, DrainAt(first))


def _clear(protocol: Protocol, state: State, others: Others) -> State:
    state = replace(state, token=state.token and not protocol.clears_token)
    if protocol.second_look and protocol.clears_before_looking:
        return state.with_drain(others, DrainAt(At.LOOK))
    return replace(state, drains=others)


def _look(protocol: Protocol, state: State, others: Others, drain: DrainAt) -> State:
    if state.waits_in(LIVE if drain.at is At.LOOK else BULK):
        return _again(state, others)
    if drain.at is At.LOOK and protocol.looks_at_both_lanes:
        return state.with_drain(others, DrainAt(At.OTHER_LOOK))
    if protocol.clears_before_looking:
        return replace(state, drains=others)
    return state.with_drain(others, DrainAt(At.CLEAR))


def _hand_over(protocol: Protocol, state: State, others: Others, drain: DrainAt) -> State:
    is_first = drain.at is At.HOLD
    holds = is_first is protocol.holds_before_queueing
    state = replace(state, token=True) if holds else state.with_job()
    if is_first:
        return state.with_drain(others, DrainAt(At.QUEUE))
    return replace(state, drains=others)

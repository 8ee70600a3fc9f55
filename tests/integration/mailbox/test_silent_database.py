"""A database from which no answer came is asked for less at a time, and nobody is blamed for it."""

from collections.abc import Sequence
from dataclasses import replace

from tests.integration.mailbox.world import NO_LINGER, Busy, World
from tests.integration.unmetered import unmetered
from workers.drain import Drain
from workers.drain_terms import Clock
from workers.mailbox.envelope import QueuedOperation

STATEMENT_S = 10.0


class Silent(Busy):
    """No answer."""


def test_what_was_not_answered_is_tried_again_one_by_one_as_often_as_it_takes(world: World) -> None:
    world.put("a", "b", "c")
    now_s = 0.0
    silences = 5

    def hear_nothing(_: Sequence[QueuedOperation]) -> None:
        nonlocal now_s, silences
        if silences:
            silences, now_s = silences - 1, now_s + STATEMENT_S + 2
            raise Silent

    world.ledger.before_apply = hear_nothing
    Drain(
        replace(world.ledger.storage(), silent=(Silent,)),
        world.mailbox,
        world.wake,
        replace(NO_LINGER, statement_timeout_s=STATEMENT_S, max_s=600.0),
        world.stop,
        meter=unmetered(),
        clock=Clock(steady_s=lambda: now_s, pause=lambda _, seconds: None),
    ).run("p")
    assert world.ledger.batches == [3, 1, 1, 1, 1, 1, 1, 1]
    assert (world.ledger.dead, world.ledger.applied) == ([], ["a", "b", "c"])

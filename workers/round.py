"""One batch of each of several projects in one transaction, where many projects wait with little.

A drain of its own costs each project a transaction and several trips to Redis, whatever it applies.
A round shares them. It is only for the plain case: whatever is out of the ordinary is left to the
project's own drain, and if anything goes wrong nothing has happened and each has one.

What holds for a drain holds here: the heads are read under the locks, entries are deleted after
the commit, and a token is given back behind the unlock, in one step with the look that finds its
mailbox empty (docs/adr/0023).
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from models.operations import LONE_TYPES, PROJECT_TYPES
from workers.drain import Drain
from workers.drain_meter import DrainMeter
from workers.drain_terms import Clock, Guard
from workers.mailbox.collect import Mailbox, Published
from workers.mailbox.connection import MailboxUnavailable
from workers.mailbox.wake import Wake
from workers.round_terms import Batch, RoundStorage

log = logging.getLogger(__name__)

FEW_FLOODS = 2
"""Beside more of them a neighbour waits for all their turns: small batches only cost."""
_SPECIAL_TYPES = LONE_TYPES | PROJECT_TYPES


@dataclass(slots=True)
class _Commit:
    """What a round has committed, by project, and who is left to his own drain."""

    batches: dict[str, Batch] = field(default_factory=dict)
    settled: Mapping[str, Sequence[Published]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    floods: int = 0


class Round:
    """For one worker process, whose drain knows whose heads are under suspicion.

    A project with `share` operations or more does not wait with little. In its first `rest_s` it
    leaves all to their own drains.
    """

    def __init__(  # noqa: PLR0913 - one for each part it is made of
        self,
        storage: RoundStorage[Any],
        mailbox: Mailbox,
        wake: Wake,
        *,
        clock: Clock,
        guard: Guard,
        meter: DrainMeter,
        drain: Drain,
        share: int,
        rest_s: float = 0.0,
    ) -> None:
        self._storage = storage
        self._mailbox = mailbox
        self._wake = wake
        self._clock = clock
        self._guard = guard
        self._meter = meter
        self._drain = drain
        self._share = share
        self._rests_until_s = clock.steady_s() + rest_s

    def run(self, project_ids: Sequence[str]) -> Sequence[str]:
        """Applies what it can of these projects, whose tokens are held.

        Returns those that need a drain of their own now; others of which more is left are queued
        again. What Redis does not let it finish, the sweeper wakes.
        """
        self._drain.sharing.expect_others()
        if self._clock.steady_s() < self._rests_until_s:
            return project_ids
        try:
            committed = self._commit(project_ids)
        except MailboxUnavailable as error:
            log.warning("a round ends: Redis is away (%s)", error)
            self._meter.failed("mailbox")
            return ()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the drains find out whose it is
            is_transient = isinstance(error, self._storage.transient)
            self._meter.failed("transient" if is_transient else "unexpected")
            log.warning("a round failed (%s): each project has a turn", type(error).__name__)
            return project_ids
        finally:
            self._guard.leaves()
        if committed.batches and committed.floods <= FEW_FLOODS:
            self._drain.sharing.expect_little()
        try:
            self._tell(committed)
        except MailboxUnavailable as error:
            log.warning("a round is not told: Redis is away (%s)", error)
            self._meter.failed("mailbox")
        return committed.others

    def _commit(self, project_ids: Sequence[str]) -> _Commit:
        committed = _Commit()
        self._meter.begins()
        with self._storage.transaction() as connection:
            # Who is busy has a drain, whose last look comes after its unlock.
            locked = self._storage.lock_mailboxes(connection, project_ids)
            batches = self._plain_batches(locked, committed)
            if batches:
                committed.settled = self._storage.apply_round(
                    connection, batches, self._clock.wall_ms(), self._applying
                )
                self._meter.lap("save")
        self._meter.lap("commit")
        for project_id, batch in batches.items():
            if project_id in committed.settled:
                committed.batches[project_id] = batch
            else:
                committed.others.append(project_id)
        return committed

    def _applying(self, project_id: str, batch: Batch) -> AbstractContextManager[None]:
        return self._guard.applying(project_id, batch, 0)

    def _plain_batches(self, project_ids: Sequence[str], committed: _Commit) -> dict[str, Batch]:
        heads = self._mailbox.heads(project_ids, self._share) if project_ids else {}
        self._meter.lap("read")
        plain: dict[str, Batch] = {}
        for project_id, head in heads.items():
            # The others would wait for the commit of a flood.
            is_flooded = len(head) >= self._share
            committed.floods += is_flooded
            if is_flooded or self._drain.doubts(project_id) or not _is_plain(head):
                committed.others.append(project_id)
            else:
                plain[project_id] = head
        return plain

    def _tell(self, committed: _Commit) -> None:
        if not committed.batches:
            return
        settled = [one for each in committed.settled.values() for one in each]
        left = self._mailbox.leave(settled, committed.batches)
        for project_id, batch in committed.batches.items():
            self._meter.settled(project_id, batch, committed.settled[project_id])
        for project_id in _with_more(left):
            self._wake.hand_over(project_id)


def _with_more(left: Mapping[str, int]) -> list[str]:
    return [project_id for project_id, entries in left.items() if entries]


def _is_plain(head: Batch) -> bool:
    """Whether there are entries, and none of them is one to be applied alone or told to all."""
    return bool(head) and not any(
        entry.fault is not None or entry.envelope.type in _SPECIAL_TYPES for entry in head
    )

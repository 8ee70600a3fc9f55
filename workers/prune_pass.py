"""One pass of pruning: what is older than its retention goes, in small transactions (contract §4).

It takes no mailbox lock, and reads before it writes: on SQLite, where any write holds up the drain,
only the removal itself does so, for milliseconds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from models.database import Database
from models.retention import Retention
from models.store.prune import KEYS, LETTERS, RECEIPTS, OldRow, Prunable, projects_after
from models.store.prune import oldest as read_oldest
from models.store.prune import remove as remove_old
from workers.mailbox.horizon import Horizon
from workers.mailbox.operation_ids import first_operation_id
from workers.prune_turn import PruneTurn
from workers.stop import Stop

PROJECTS_A_READ = 1000


@dataclass(frozen=True, slots=True)
class PruneLimits:
    """Rows in a transaction, and the pause between two."""

    batch_size: int
    pause_s: float


@dataclass(slots=True)
class Pruned:
    """What a pass has done so far; in a dry run, what it would have done."""

    projects: int = 0
    receipts: int = 0
    keys: int = 0
    dead_letters: int = 0


@dataclass(frozen=True, slots=True)
class PruneMeans:
    """What a pass works with; all of it is kept by the caller."""

    database: Database
    horizon: Horizon
    turn: PruneTurn
    retention: Retention
    limits: PruneLimits
    stop: Stop


def untold(_: Pruned) -> None:
    """Where a person would be told of progress, a worker goes on."""


class PrunePass:
    """One pass through all projects; `tell` hears of its progress after every page.

    It ends early when it is told to stop, and by Transient and MailboxUnavailable; what is left is
    for the next one. A dry run only counts.
    """

    def __init__(
        self, means: PruneMeans, *, dry: bool = False, tell: Callable[[Pruned], None] = untold
    ) -> None:
        self._means = means
        self._dry = dry
        self._tell = tell
        self.done = Pruned()

    def run(self) -> None:
        """Prunes all projects. The turn is the caller's."""
        for project_id in self._projects():
            self._prune_project(project_id)
            self.done.projects += 1

    def _projects(self) -> Iterator[str]:
        last = ""
        while not self._means.stop.is_set():
            with self._means.database.reading() as connection:
                found = projects_after(connection, last, PROJECTS_A_READ)
            if not found:
                return
            for project_id in found:
                if self._means.stop.is_set():
                    return
                yield project_id
            last = found[-1]

    def _prune_project(self, project_id: str) -> None:
        horizon = self._means.horizon
        cutoffs = self._means.retention.cutoffs(horizon.reference_ms(project_id))
        if cutoffs.rows_ms is not None:
            for count, _ in self._walk(project_id, RECEIPTS, "", cutoffs.rows_ms):
                self.done.receipts += count
        if cutoffs.keys_ms is not None:
            # A dry run leaves the rows there whose keys go with them.
            gone_ms = cutoffs.rows_ms if self._dry else None
            self._empty_keys(project_id, first_operation_id(gone_ms or 0), cutoffs.keys_ms)
        if cutoffs.dead_letters_ms is not None:
            for count, _ in self._walk(project_id, LETTERS, "", cutoffs.dead_letters_ms):
                self.done.dead_letters += count

    def _empty_keys(self, project_id: str, first: str, cutoff_ms: int) -> None:
        """Empties old keys, from where the last pass came to."""
        began = reached = max(first, self._means.horizon.emptied_until(project_id))
        nothing_kept = True
        for count, page in self._walk(project_id, KEYS, began, cutoff_ms):
            self.done.keys += count
            for row in page:
                nothing_kept &= not row.has_it or row.settled_at_ms < cutoff_ms
                reached = row.id if nothing_kept else reached
        if reached != began and not self._dry:
            self._means.horizon.note_emptied(project_id, reached)

    def _walk(
        self, project_id: str, kind: Prunable, after: str, cutoff_ms: int
    ) -> Iterator[tuple[int, Sequence[OldRow]]]:
        """Prunes page after page, until nothing on one is old; gives each page and its count.

        Operations of a lane are settled in the order of acceptance, so nothing behind such a page
        is old either; but for what was overtaken, or a clock that was wrong, and then it is only
        kept for longer.
        """
        limit = self._means.limits.batch_size
        before = first_operation_id(cutoff_ms)
        while not self._means.stop.is_set():
            with self._means.database.reading() as connection:
                page = read_oldest(connection, kind, project_id, after, before, limit)
            old = [row for row in page if row.settled_at_ms < cutoff_ms]
            if not old:
                return
            yield self._remove(project_id, kind, page, old, cutoff_ms), page
            self._tell(self.done)
            if len(page) < limit:
                return
            after = page[-1].id
            self._means.stop.wait(self._means.limits.pause_s)

    def _remove(
        self,
        project_id: str,
        kind: Prunable,
        page: Sequence[OldRow],
        old: Sequence[OldRow],
        cutoff_ms: int,
    ) -> int:
        count = sum(row.has_it for row in old)
        if self._dry or not count:
            return count
        self._means.turn.keep()
        with self._means.database.transaction() as connection:
            return remove_old(connection, kind, project_id, page, cutoff_ms)

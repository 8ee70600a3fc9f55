"""Applies one batch of each of several projects: gathered and written together, decided apart."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import chain

from sqlalchemy import Connection

from models.store import ledger
from models.store.asking import Answers, answered_together
from models.store.dialects import rows_of_several_over
from models.store.ledger import LedgerRow
from models.store.noted import Write
from models.store.rows import Wanted
from models.store.save import save
from models.store.several import SeveralRows
from workers.apply import Settled, settled
from workers.decide import Lap, decide_at_once, untold
from workers.groundwork import Deciding, Groundwork, laying_groundwork, unlimited
from workers.round_terms import Applying, Batch


def apply_round(
    connection: Connection,
    batches: Mapping[str, Batch],
    applied_at_ms: int,
    applying: Applying,
    *,
    deciding: Deciding = unlimited,
    lap: Lap = untold,
) -> dict[str, list[Settled]]:
    """Applies each project's entries in order; returns what `apply_batch` does, by project.

    A project is left out, and nothing of it is written, if its entries turn out to need rows that
    no request names. The mailbox rows are locked by the caller. Raises whatever the database or a
    handler raises; then the caller's transaction takes everything back.
    """
    return _Application(connection, batches, applied_at_ms, applying, deciding, lap).run()


class _Application:
    def __init__(
        self,
        connection: Connection,
        batches: Mapping[str, Batch],
        applied_at_ms: int,
        applying: Applying,
        deciding: Deciding,
        lap: Lap,
    ) -> None:
        self._rows: SeveralRows = rows_of_several_over(connection)
        self._batches = batches
        self._applied_at_ms = applied_at_ms
        self._applying = applying
        self._deciding = deciding
        self._lap = lap

    def run(self) -> dict[str, list[Settled]]:
        askings = {
            project_id: laying_groundwork(project_id, batch, self._deciding)
            for project_id, batch in self._batches.items()
        }
        grounds = answered_together(askings, self._fetch, self._of)
        self._lap("gather")
        decided = {
            project_id: writes
            for project_id, ground in grounds.items()
            if (writes := self._decide(project_id, ground)) is not None
        }
        self._lap("decide")
        with self._of_all():
            self._rows.write(decided)
        return {
            project_id: self._settled(project_id, grounds[project_id]) for project_id in decided
        }

    def _decide(self, project_id: str, ground: Groundwork) -> Sequence[Write] | None:
        """What is to be written; None where more has to be known before."""
        with self._of(project_id):
            written = decide_at_once(
                self._batches[project_id], ground, self._applied_at_ms, self._deciding
            )
            return None if written is None else self._noted(project_id, ground, written)

    def _noted(
        self, project_id: str, ground: Groundwork, written: Sequence[LedgerRow]
    ) -> Sequence[Write]:
        noted = self._rows.noted(project_id)
        ledger.write(noted, written)
        save(noted, ground.gathered)
        return noted.writes

    def _settled(self, project_id: str, ground: Groundwork) -> list[Settled]:
        by_id = ground.known.by_id
        return [settled(queued, by_id[queued.operation_id]) for queued in self._batches[project_id]]

    def _fetch(self, wanted: Mapping[str, Sequence[Wanted]]) -> Mapping[str, Answers]:
        with self._of_all():
            return self._rows.fetch(wanted)

    def _of(self, project_id: str) -> AbstractContextManager[None]:
        return self._applying(project_id, self._batches[project_id])

    def _of_all(self) -> AbstractContextManager[None]:
        # Who dies of it leaves a note of the first; his successor gives each a drain of its own.
        return self._applying(next(iter(self._batches)), list(chain(*self._batches.values())))

"""What a batch is decided on: its operations, the rows they reach, what the ledger has of them.

All that the requests name is asked for in one round trip, the ledger included: what it turns out to
know was looked up in vain, and that is rare.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import cast

from models.operations import Operation, from_payload
from models.store import ledger
from models.store.asking import Asking, answered
from models.store.ledger import Known, LedgerRow
from models.store.load import Gathered, gathering, note_use
from models.store.rows import Rows
from models.working_set.reach import Reach
from workers.dispatch import HANDLERS
from workers.mailbox.envelope import QueuedOperation

Deciding = Callable[[int], AbstractContextManager[None]]
"""Put around pure computation over so many operations; a worker's is its time limit."""


def unlimited(_: int) -> AbstractContextManager[None]:
    """Without a time limit."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Groundwork:
    """`operations` by id; those that the ledger knows need not be among them."""

    operations: Mapping[str, Operation]
    reach: Reach
    gathered: Gathered
    known: Known


def lay_groundwork(
    rows: Rows, batch: Sequence[QueuedOperation], deciding: Deciding = unlimited
) -> Groundwork:
    """Reads and gathers; to be called under the mailbox lock.

    Raises what a payload raises that makes no sense, unless the ledger knows its operation.
    """
    ground = answered(rows, laying_groundwork(rows.project_id, batch, deciding))
    note_use(rows, ground.reach, ground.gathered)
    return ground


def laying_groundwork(
    project_id: str, batch: Sequence[QueuedOperation], deciding: Deciding = unlimited
) -> Asking[Groundwork]:
    """The same, all but what the deletion of stages must know, for who answers as he likes."""
    ids = [queued.operation_id for queued in batch]
    keys = cast(set[str], {queued.envelope.idempotency_key for queued in batch} - {None})
    questions = ledger.questions(ids, keys)
    try:
        with deciding(len(batch)):
            operations, reach = _read(batch)
    except Exception:  # noqa: BLE001 - whose fault it is comes out below
        known = ledger.known_by((yield questions))
        with deciding(len(batch)):
            operations, reach = _read([e for e in batch if known_answer(known, e) is None])
    gathered, answers = yield from gathering(project_id, reach, questions)
    return Groundwork(operations, reach, gathered, ledger.known_by(answers))


def known_answer(known: Known, queued: QueuedOperation) -> LedgerRow | None:
    """The row that already answers the entry: its own, or that of its key's first use."""
    envelope = queued.envelope
    by_key = known.by_key.get((envelope.type, envelope.idempotency_key or ""))
    return known.by_id.get(queued.operation_id) or by_key


def _read(batch: Sequence[QueuedOperation]) -> tuple[dict[str, Operation], Reach]:
    operations: dict[str, Operation] = {}
    reach = Reach()
    for queued in batch:
        envelope = queued.envelope
        operation = from_payload(envelope.type, envelope.payload)
        operations[queued.operation_id] = operation
        HANDLERS[type(operation)].reach(operation, reach)
        if envelope.dead_letter_id is not None:
            reach.dead_letters.add(envelope.dead_letter_id)
    return operations, reach

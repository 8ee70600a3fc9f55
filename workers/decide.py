"""Decides a batch over its working set; nothing is written here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from models.operations import Operation
from models.outcomes import DEAD_LETTER_REPLAYED, METADATA_TOO_LARGE, Effect, Refusal
from models.store.ledger import Known, LedgerRow
from models.store.load import Gathered, gather
from models.store.rows import Rows
from models.working_set.changes import metadata_fits, settle
from models.working_set.state import Occasion, WorkingSet
from workers.dispatch import HANDLERS
from workers.groundwork import Deciding, Groundwork, known_answer, unlimited
from workers.ledger_rows import ledger_row, repeated_row
from workers.mailbox.envelope import Envelope, QueuedOperation

Lap = Callable[[str], None]
"""Hears that a phase has ended."""


def untold(_: str) -> None:
    """Where nobody measures."""


def decide_batch(
    rows: Rows,
    batch: Sequence[QueuedOperation],
    ground: Groundwork,
    applied_at_ms: int,
    deciding: Deciding = unlimited,
    lap: Lap = untold,
) -> Iterator[tuple[Gathered, list[LedgerRow]]]:
    """Decides part by part: each is to be saved before the next is asked for.

    It gathers once more if a part turns out to need rows which no request names. What is known
    learns of each row.
    """
    gathered, known, reach = ground.gathered, ground.known, ground.reach
    for at in range(0, len(batch), rows.part_size):
        part = batch[at : at + rows.part_size]
        if at:
            rows.check_references()
        while True:
            so_far = replace(known, by_key=dict(known.by_key))
            with deciding(len(part)):
                written = _decide_each(
                    gathered.state, part, so_far, ground.operations, applied_at_ms
                )
            lap("decide")
            state = gathered.state
            if not (state.incomplete or state.incomplete_companies):
                break
            reach.all_visitors_of |= state.incomplete
            reach.all_links_of |= state.incomplete_companies
            gathered = gather(rows, reach)
            lap("gather")
        known.by_id.update(written)
        known = replace(so_far, sequence=known.sequence + len(written))
        yield gathered, list(written.values())


def decide_at_once(
    batch: Sequence[QueuedOperation],
    ground: Groundwork,
    applied_at_ms: int,
    deciding: Deciding = unlimited,
) -> list[LedgerRow] | None:
    """Decides all of it; None if it turns out to need rows which no request names.

    What is known learns of each row.
    """
    known, state = ground.known, ground.gathered.state
    with deciding(len(batch)):
        written = _decide_each(state, batch, known, ground.operations, applied_at_ms)
    if state.incomplete or state.incomplete_companies:
        return None
    known.by_id.update(written)
    return list(written.values())


def _decide_each(
    state: WorkingSet,
    batch: Sequence[QueuedOperation],
    known: Known,
    operations: Mapping[str, Operation],
    applied_at_ms: int,
) -> dict[str, LedgerRow]:
    """One row for each entry that the ledger does not have, in order."""
    written: dict[str, LedgerRow] = {}
    for queued in batch:
        if queued.operation_id in known.by_id or queued.operation_id in written:
            continue
        sequence = known.sequence + len(written) + 1
        first = known_answer(known, queued)
        if first is not None:
            row = repeated_row(first, queued, sequence, applied_at_ms)
        else:
            operation = operations[queued.operation_id]
            row = _decide(state, queued, operation, sequence, applied_at_ms)
            if row.idempotency_key is not None:
                known.by_key[row.type, row.idempotency_key] = row
        written[row.id] = row
    return written


def _decide(
    state: WorkingSet,
    queued: QueuedOperation,
    operation: Operation,
    sequence: int,
    applied_at_ms: int,
) -> LedgerRow:
    """Lets the operation's handler change the working set; a refused one leaves no trace."""
    envelope = queued.envelope
    state.begin(
        Occasion(
            queued.operation_id,
            envelope.type,
            envelope.caller,
            queued.accepted_at_ms,
            sequence,
            envelope.payload.get("visitor_id"),
        )
    )
    decided = _decision(state, envelope, operation)
    if isinstance(decided, Refusal):
        state.undo()
        row = ledger_row(queued, sequence, applied_at_ms, status="rejected", refusal=decided)
    else:
        changes = settle(state)
        status = "applied" if changes or state.made else "unchanged"
        row = ledger_row(
            queued, sequence, applied_at_ms, status=status, effect=decided, changes=changes
        )
    if envelope.dead_letter_id is not None:
        # Replayed, whatever became of it; no change of the operation's own.
        state.dead_letters.pop(envelope.dead_letter_id, None)
    return row


def _decision(state: WorkingSet, envelope: Envelope, operation: Operation) -> Effect | Refusal:
    replayed = envelope.dead_letter_id
    if replayed is not None and replayed not in state.dead_letters:
        return DEAD_LETTER_REPLAYED
    decided = HANDLERS[type(operation)].apply(operation, state)
    if isinstance(decided, Effect) and not metadata_fits(state):
        return METADATA_TOO_LARGE
    return decided

"""discard_dead_letter: forgets an operation that was set aside (contract §11)."""

from models.operations.dead_letters import DiscardDeadLetter
from models.outcomes import NOT_FOUND, Effect, Refusal
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: DiscardDeadLetter, batch: Reach) -> None:
    batch.dead_letters.add(operation.dead_letter_id)


def apply(operation: DiscardDeadLetter, state: WorkingSet) -> Effect | Refusal:
    if operation.dead_letter_id not in state.dead_letters:
        return NOT_FOUND
    state.journal.drop(state.dead_letters, operation.dead_letter_id)
    return Effect()

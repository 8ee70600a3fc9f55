"""revoke_key: takes a key back for good (contract §2)."""

from models.operations.credentials import RevokeKey
from models.outcomes import NOT_FOUND, Effect, Refusal
from models.working_set import credentials
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: RevokeKey, batch: Reach) -> None:
    batch.keys.add(operation.key_id)


def apply(operation: RevokeKey, state: WorkingSet) -> Effect | Refusal:
    key = state.keys.get(operation.key_id)
    if key is None:
        return NOT_FOUND
    credentials.revoke_key(state, key)
    return Effect()

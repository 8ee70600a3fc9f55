"""delete_identity_secret: takes an identity secret back and frees its slot (contract §2)."""

from models.operations.credentials import DeleteIdentitySecret
from models.outcomes import NOT_FOUND, Effect, Refusal
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: DeleteIdentitySecret, batch: Reach) -> None:
    batch.identity_secrets = True


def apply(operation: DeleteIdentitySecret, state: WorkingSet) -> Effect | Refusal:
    if operation.secret_id not in state.identity_secrets:
        return NOT_FOUND
    state.journal.drop(state.identity_secrets, operation.secret_id)
    return Effect()

"""create_identity_secret: keeps a secret that the edge made and shows once (contract §2)."""

from models.documents.identity_secret import identity_secret_document
from models.operations.credentials import CreateIdentitySecret
from models.outcomes import TOO_MANY_IDENTITY_SECRETS, Effect, Refusal
from models.working_set import credentials
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: CreateIdentitySecret, batch: Reach) -> None:
    batch.identity_secrets = True


def apply(operation: CreateIdentitySecret, state: WorkingSet) -> Effect | Refusal:
    secret = credentials.keep_identity_secret(state, operation.secret)
    if secret is None:
        return TOO_MANY_IDENTITY_SECRETS
    return Effect(record=lambda: identity_secret_document(secret))

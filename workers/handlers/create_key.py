"""create_key: keeps a key that the edge made and shows once (contract §2)."""

from models.documents.key import key_document
from models.operations.credentials import CreateKey
from models.outcomes import Effect
from models.working_set import credentials
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet


def reach(operation: CreateKey, batch: Reach) -> None:
    """A new key touches no other row."""


def apply(operation: CreateKey, state: WorkingSet) -> Effect:
    key = credentials.keep_key(
        state, operation.kind, operation.prefix, operation.digest, operation.label
    )
    return Effect(record=lambda: key_document(key))

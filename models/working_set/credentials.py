"""Keys and identity secrets: made at the edge, kept and taken back here (contract §2)."""

from models.records import IdentitySecret, Key
from models.working_set.state import WorkingSet

SECRET_SLOTS = (1, 2)


def keep_key(state: WorkingSet, kind: str, prefix: str, digest: str, label: str | None) -> Key:
    occasion = state.occasion
    key = Key(f"key_{occasion.stem}", kind, prefix, digest, occasion.accepted_at_ms, label)
    state.journal.put(state.keys, key.id, key)
    return key


def revoke_key(state: WorkingSet, key: Key) -> None:
    """Takes a key back for good; one that is revoked already stays so."""
    if key.revoked_at_ms is None:
        state.journal.set(key, "revoked_at_ms", state.occasion.accepted_at_ms)
        # Edges write its last use meanwhile, so the stored row is never written whole.
        state.sweep("revoke_key", key.id, state.occasion.accepted_at_ms)


def keep_identity_secret(state: WorkingSet, printed: str) -> IdentitySecret | None:
    """Keeps a secret in a free slot; None while both are taken."""
    taken = {secret.slot for secret in state.identity_secrets.values()}
    free = [slot for slot in SECRET_SLOTS if slot not in taken]
    if not free:
        return None
    occasion = state.occasion
    secret = IdentitySecret(f"sec_{occasion.stem}", free[0], printed, occasion.accepted_at_ms)
    state.journal.put(state.identity_secrets, secret.id, secret)
    return secret

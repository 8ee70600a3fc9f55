"""An identity secret as it is listed: never the secret itself (contract §2)."""

from typing import Any

from models.documents.times import iso_time, iso_time_or_none
from models.records import IdentitySecret


def identity_secret_document(secret: IdentitySecret) -> dict[str, Any]:
    """When the secret was made, and when it last verified something."""
    return {
        "id": secret.id,
        "created_at": iso_time(secret.created_at_ms),
        "last_verified_at": iso_time_or_none(secret.last_verified_at_ms),
    }

"""The fields of a body that say who speaks, not what is asked (contract §2, §4 Retries)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest_api.identity_proof import Proofs
from models.operations import InvalidRequest
from models.operations.invalid_request import field_fault

MESSAGE_ID_LIMIT_CHARS = 255


@dataclass(frozen=True, slots=True)
class EnvelopeFields:
    """`project_id` is whichever spelling was sent, not looked up yet; `proofs` are unverified."""

    project_id: str | None
    message_id: str | None
    proofs: Proofs


def read_envelope_fields(body: Mapping[str, Any]) -> EnvelopeFields:
    """Reads `app_id`|`project_id`, `message_id`, `user_hash` and `user_token`; null is absent.

    Raises `InvalidRequest`: `project_mismatch` for two spellings that differ, else
    `invalid_request`. A proof of another type is no bad request: `verify` answers it 401.
    """
    proofs = Proofs(body.get("user_hash"), body.get("user_token"))
    return EnvelopeFields(read_project_id(body), read_message_id(body), proofs)


def read_project_id(body: Mapping[str, Any]) -> str | None:
    """`app_id`|`project_id`. Raises as `read_envelope_fields` does."""
    app_id, project_id = _string(body, "app_id"), _string(body, "project_id")
    if app_id is None or project_id is None:
        return project_id if app_id is None else app_id
    if app_id != project_id:
        raise InvalidRequest("project_mismatch", "app_id and project_id name two projects.")
    return app_id


def read_message_id(body: Mapping[str, Any]) -> str | None:
    """`message_id`. Raises `InvalidRequest` for what is no idempotency key."""
    message_id = _string(body, "message_id")
    if message_id is not None and not 0 < len(message_id) <= MESSAGE_ID_LIMIT_CHARS:
        raise field_fault("/message_id", f"1 to {MESSAGE_ID_LIMIT_CHARS} characters.")
    return message_id


def _string(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise field_fault(f"/{name}", "A string.")
    return value

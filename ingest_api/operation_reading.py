"""From a request to an envelope: everything that is refused before it is enqueued (§2, §3)."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ingest_api.asked import Asked
from ingest_api.bodies import parse_body
from ingest_api.body_reading import read_body
from ingest_api.caller import Caller
from ingest_api.content_fingerprint import content_fingerprint
from ingest_api.edge import Edge
from ingest_api.envelope_fields import EnvelopeFields, read_envelope_fields
from ingest_api.errors import Problem
from ingest_api.idempotency import read_idempotency_key
from ingest_api.identity_proof import Proof, apply_claims, verify
from ingest_api.identity_secret import IdentitySecret
from ingest_api.incoming import Incoming
from models.operations import (
    Identify,
    SetProperties,
    Track,
    WidgetOperation,
    to_payload,
    validate,
)
from models.queries.projects import EdgeProject
from models.rules.visitor_id import read_user_id

NOBODY = ""
"""What no token can name."""

KeyOf = Callable[[str | None], str | None]


async def read_operation(edge: Edge, incoming: Incoming, operation_type: str) -> Asked:
    """The operation that a widget request asks for.

    Raises Problem, InvalidRequest and ProofFailed for what is refused, Transient for an outage.
    Credentials are judged first, then the origin, the body, the proof.
    """
    by_key = await edge.auth.widget_caller_by_key(incoming)
    raw = await read_body(incoming, edge.settings.body_limit_bytes, plain_text=True)
    body = parse_body(raw)
    fields = read_envelope_fields(body)
    caller = await edge.auth.widget_caller(incoming, by_key, fields.project_id)
    key_of = partial(read_idempotency_key, incoming)
    return judged(edge, caller, operation_type, body, fields, key_of)


def judged(
    edge: Edge,
    caller: Caller,
    operation_type: str,
    body: dict[str, Any],
    fields: EnvelopeFields,
    key_of: KeyOf,
) -> Asked:
    """The operation that a body asks for, once its caller is known.

    `fields` are the body's own; `key_of` makes the idempotency key of their `message_id`.
    Raises Problem, InvalidRequest and ProofFailed.
    """
    operation, warnings = validate(operation_type, body)
    proof = _verified(edge, caller.project, fields, operation, body)
    if isinstance(operation, Identify):
        operation, overridden = apply_claims(operation, proof)
        warnings += overridden
    _check_exact(caller, operation)
    key = key_of(fields.message_id)
    return Asked(
        caller,
        operation_type,
        to_payload(operation),
        warnings,
        key,
        content_fingerprint(operation_type, body) if key is not None else "",
    )


def _verified(
    edge: Edge,
    project: EdgeProject,
    fields: EnvelopeFields,
    operation: WidgetOperation,
    body: Mapping[str, Any],
) -> Proof:
    is_identify = isinstance(operation, Identify)
    proof = verify(
        fields.proofs,
        operation.visitor_id,
        operation.user_id if isinstance(operation, Identify) else _sent_user_id(body),
        [IdentitySecret(*secret) for secret in project.identity_secrets],
        require_expiry=project.require_token_expiry,
        now_s=time.time(),
        required=project.verify_all_writes
        or (is_identify and project.identity_verification == "required"),
    )
    for secret_id in proof.secret_ids.values():
        edge.key_usage.secret_verified(project.id, secret_id)
    return proof


def _sent_user_id(body: Mapping[str, Any]) -> str | None:
    """The request's `user_id` where the operation has none: a token must name the same (§2)."""
    try:
        return read_user_id(body.get("user_id"))
    except ValueError:
        return NOBODY


def _check_exact(caller: Caller, operation: WidgetOperation) -> None:
    if caller.project.allow_widget_exact or caller.kind == "secret":
        return
    if isinstance(operation, SetProperties | Track):
        return
    if operation.stage_update_mode == "exact":
        raise Problem(
            403, "exact_not_allowed", "The project takes exact stages from its backend only."
        )

"""Whether a request may speak for the visitor it names (contract §2, Identity verification).

A user_hash covers the visitor_id as it is applied: trimmed, an integer as its decimal string.
A user_token covers the user_id, and the claims that come with it win over the body.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ingest_api.identity_secret import IdentitySecret, ProofFailed
from ingest_api.user_token import read_user_token
from models import outcomes
from models.operations import CompanyPart, Identify, InvalidRequest, validate
from models.operations.invalid_request import json_pointer
from models.rules.merge_patch import same_json
from models.rules.visitor_id import IdError, read_user_id

ProofKind = Literal["user_hash", "user_token"]

_HEX_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_TRAIT_CLAIMS = ("role", "plan")


@dataclass(frozen=True, slots=True, repr=False)
class Proofs:
    """What a request brought to prove who it speaks for: any JSON value, null counts as absent."""

    user_hash: object = None
    user_token: object = None


@dataclass(frozen=True, slots=True, repr=False)
class Claims:
    """What a token vouches for, in the normal forms of an identify; `traits` are role and plan."""

    user_id: str
    email: str | None = None
    name: str | None = None
    company_id: str | None = None
    traits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """The proofs that held, by kind the id of the secret behind each, and the token's claims."""

    secret_ids: dict[ProofKind, str] = field(default_factory=dict)
    claims: Claims | None = None


def verify(
    proofs: Proofs,
    visitor_id: str,
    user_id: str | None,
    secrets: Sequence[IdentitySecret],
    *,
    require_expiry: bool,
    now_s: float,
    required: bool = False,
) -> Proof:
    """The proof that a request brought: each that is present must hold, in any project.

    `visitor_id` and `user_id` are the operation's, `now_s` epoch seconds. Raises `ProofFailed`
    where one does not hold, and where none is present though one is `required`.
    """
    secret_ids: dict[ProofKind, str] = {}
    claims = None
    if proofs.user_hash is not None:
        secret_ids["user_hash"] = _hash_signer(proofs.user_hash, visitor_id, secrets)
    if proofs.user_token is not None:
        raw, secret_ids["user_token"] = read_user_token(
            proofs.user_token, secrets, require_expiry=require_expiry, now_s=now_s
        )
        claims = _read_claims(raw)
        if user_id is not None and claims.user_id != user_id:
            raise ProofFailed("token_user")
    if required and not secret_ids:
        raise ProofFailed("no_proof")
    return Proof(secret_ids, claims)


def apply_claims(
    operation: Identify, proof: Proof
) -> tuple[Identify, list[outcomes.OperationWarning]]:
    """The identify with what its token vouches for, and a warning where the body said otherwise."""
    claims = proof.claims
    if claims is None:
        return operation, []
    company = operation.company or CompanyPart()
    metadata = operation.metadata or {}
    signed = replace(
        operation,
        user_id=claims.user_id,
        email=claims.email or operation.email,
        name=claims.name or operation.name,
        metadata={**metadata, **claims.traits} or None,
        company=replace(company, id=claims.company_id) if claims.company_id else operation.company,
        email_signed=claims.email is not None,
    )
    overridden = [
        pointer
        for pointer, said, claimed in (
            ("/email", operation.email, claims.email),
            ("/name", operation.name, claims.name),
            ("/company/id", company.id, claims.company_id),
        )
        if None not in (said, claimed) and said != claimed
    ]
    overridden += [
        json_pointer("metadata", name)
        for name, claimed in claims.traits.items()
        if name in metadata and not same_json(metadata[name], claimed)
    ]
    return signed, [_overrode(pointer) for pointer in overridden]


def _hash_signer(user_hash: object, visitor_id: str, secrets: Sequence[IdentitySecret]) -> str:
    if not isinstance(user_hash, str) or _HEX_SHA256.fullmatch(user_hash) is None:
        raise ProofFailed("hash_shape")
    given = bytes.fromhex(user_hash)
    for secret in secrets:
        if hmac.compare_digest(given, hmac.digest(secret.key, visitor_id.encode(), "sha256")):
            return secret.id
    raise ProofFailed("hash_signature")


def _read_claims(raw: dict[str, Any]) -> Claims:
    """Claims pass through the same readers as a body's fields; what those refuse is no proof."""
    user_id = _claimed_user_id(raw)
    traits = {name: raw[name] for name in _TRAIT_CLAIMS if raw.get(name) is not None}
    body = {
        "visitor_id": user_id,  # a token names no visitor, and an identify must
        "email": raw.get("email"),
        "name": raw.get("name"),
        "metadata": traits,
        "company": {"id": raw.get("company_id")},
    }
    try:
        trusted, _ = validate("identify", body)
    except InvalidRequest:
        raise ProofFailed("token_claims") from None
    company_id = trusted.company.id if trusted.company is not None else None
    return Claims(user_id, trusted.email, trusted.name, company_id, traits)


def _claimed_user_id(raw: dict[str, Any]) -> str:
    try:
        user_id = read_user_id(raw["user_id"] if "user_id" in raw else raw.get("sub"))
    except IdError:
        raise ProofFailed("token_user") from None
    if user_id is None:
        raise ProofFailed("token_user")
    return user_id


def _overrode(pointer: str) -> outcomes.OperationWarning:
    return outcomes.OperationWarning(
        code="claim_overrode_field", detail="The user token says otherwise.", pointer=pointer
    )

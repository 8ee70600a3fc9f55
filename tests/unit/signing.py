"""Hashes and tokens as an honest backend, a rotated secret, or an attacker would sign them."""

import base64
import hashlib
import hmac
import json

from ingest_api.identity_proof import Proof, Proofs, verify
from ingest_api.identity_secret import IdentitySecret

NOW_S = 1_700_000_000.0
OLD = IdentitySecret("ids_old", "is_" + "o" * 43)
NEW = IdentitySecret("ids_new", "is_" + "n" * 43)
STRANGER = IdentitySecret("ids_x", "is_" + "x" * 43)
HEADER = {"alg": "HS256", "typ": "JWT"}
PAYLOAD = {"user_id": "u1", "exp": NOW_S + 60}


def user_hash(visitor_id: str = "v1", secret: IdentitySecret = NEW) -> str:
    return hmac.new(secret.secret.encode(), visitor_id.encode(), hashlib.sha256).hexdigest()


def segment(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: object, payload: object, secret: IdentitySecret = NEW) -> str:
    """A token with a signature that holds, whatever it says."""
    text = f"{segment(header)}.{segment(payload)}"
    signature = hmac.new(secret.secret.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{segment(signature)}"


def token(secret: IdentitySecret = NEW, **claims: object) -> str:
    return signed(HEADER, {**PAYLOAD, **claims}, secret)


def claims_as(raw: bytes) -> str:
    return signed(HEADER, raw)


def without_expiry(**claims: object) -> str:
    return signed(HEADER, claims)


def check(
    proofs: Proofs,
    user_id: str | None = "u1",
    *,
    visitor_id: str = "v1",
    secrets: tuple[IdentitySecret, ...] = (OLD, NEW),
    require_expiry: bool = True,
    required: bool = False,
) -> Proof:
    return verify(
        proofs,
        visitor_id,
        user_id,
        secrets,
        require_expiry=require_expiry,
        now_s=NOW_S,
        required=required,
    )

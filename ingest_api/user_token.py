"""Proof B: the user token, a JWT signed with HS256 and an identity secret (contract §2)."""

import base64
import binascii
import math
import re
from collections.abc import Sequence
from typing import Any

import jwt

from ingest_api.bodies import parse_body
from ingest_api.identity_secret import IdentitySecret, ProofFailed
from models.operations import InvalidRequest

TOKEN_LIMIT_BYTES = 8 * 1024
LEEWAY_S = 60
ALGORITHM = "HS256"

_COMPACT_FORM = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
_JWS = jwt.PyJWS(algorithms=[ALGORITHM], options={"enforce_minimum_key_length": True})


def read_user_token(
    token: object, secrets: Sequence[IdentitySecret], *, require_expiry: bool, now_s: float
) -> tuple[dict[str, Any], str]:
    """The claims of a token and the id of the secret that signed it.

    PyJWT checks the signature; header and claims are read by the strict parser of bodies (a token
    is as hostile as a body), and the times are judged against `now_s` (epoch seconds).
    Raises `ProofFailed` for any token that does not hold, of whatever JSON type.
    """
    header, payload = _segments(token)
    if header.get("alg") != ALGORITHM or "crit" in header or "b64" in header:
        raise ProofFailed("token_algorithm")
    secret_id = _signer(str(token), secrets)
    claims = _json_object(payload)
    _check_times(claims, require_expiry=require_expiry, now_s=now_s)
    return claims, secret_id


def _segments(token: object) -> tuple[dict[str, Any], str]:
    if not isinstance(token, str) or len(token) > TOKEN_LIMIT_BYTES:
        raise ProofFailed("token_shape")
    segments = _COMPACT_FORM.fullmatch(token)
    if segments is None:
        raise ProofFailed("token_shape")
    return _json_object(segments[1]), segments[2]


def _json_object(segment: str) -> dict[str, Any]:
    try:
        return parse_body(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (InvalidRequest, binascii.Error):
        raise ProofFailed("token_shape") from None


def _signer(token: str, secrets: Sequence[IdentitySecret]) -> str:
    for secret in secrets:
        try:
            _JWS.decode(token, secret.key, algorithms=[ALGORITHM])
        except jwt.PyJWTError:
            continue
        return secret.id
    raise ProofFailed("token_signature")


def _check_times(claims: dict[str, Any], *, require_expiry: bool, now_s: float) -> None:
    if require_expiry and "exp" not in claims:
        raise ProofFailed("token_without_expiry")
    if _seconds(claims, "exp", math.inf) + LEEWAY_S <= now_s:
        raise ProofFailed("token_expired")
    for name in ("nbf", "iat"):
        if _seconds(claims, name, -math.inf) - LEEWAY_S > now_s:
            raise ProofFailed("token_from_the_future")


def _seconds(claims: dict[str, Any], name: str, absent_s: float) -> float:
    value = claims.get(name, absent_s)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProofFailed("token_time")
    return value

"""Tokens and hashes as attackers and careless backends send them, each with what §2 makes of it.

Beside the tables of tests/unit/test_user_token.py and test_identity_proof.py, which hold what the
reading of a proof alone decides: here is what needs a project, its secrets, or the way over HTTP.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
HOLDS, FAILS, MALFORMED = 202, 401, 400
HEADER = {"alg": "HS256", "typ": "JWT"}


@dataclass(frozen=True, slots=True)
class Secrets:
    """What an attacker may know beside public things: not `live` and `older`."""

    live: str
    older: str
    rotated_out: str
    of_another_project: str
    publishable_key: str


@dataclass(frozen=True, slots=True)
class Case:
    """What is sent beside the project's id, and the status that it gets."""

    sent: Callable[[Secrets], Json]
    status: int


def segment(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(key: str | bytes, header: object = HEADER, **claims: object) -> str:
    """A token that is signed with HMAC-SHA256, whatever its header says."""
    said: Json = {"user_id": "u1", "exp": int(time.time()) + 600, **claims}
    text = f"{segment(header)}.{segment({k: v for k, v in said.items() if v is not ...})}"
    secret = key if isinstance(key, bytes) else key.encode()
    return f"{text}.{segment(hmac.digest(secret, text.encode(), 'sha256'))}"


def hash_of(key: str, visitor_id: str) -> str:
    return hmac.new(key.encode(), visitor_id.encode(), hashlib.sha256).hexdigest()


def _token(made: Callable[[Secrets], object], status: int, **fields: object) -> Case:
    return Case(lambda s: {"visitor_id": "v1", "user_token": made(s), **fields}, status)


def _claims(status: int, **claims: object) -> Case:
    return _token(lambda s: sign(s.live, **claims), status)


def _header(status: int, **fields: object) -> Case:
    return _token(lambda s: sign(s.live, {**HEADER, **fields}), status)


def _hash(made: Callable[[Secrets], object], status: int, visitor_id: object = "v1") -> Case:
    return Case(lambda s: {"visitor_id": visitor_id, "user_hash": made(s)}, status)


def _last_bits_changed(token: str) -> str:
    """Other text for the same bytes: 43 characters have two bits more than 32 bytes."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


def _swapped(token: str, place: int, other: str) -> str:
    parts = token.split(".")
    parts[place] = other.split(".")[place]
    return ".".join(parts)


NOW_S = int(time.time())
DAY_S = 86_400
KEYS = {
    "by the live secret": _token(lambda s: sign(s.live), HOLDS),
    "by the older live secret": _token(lambda s: sign(s.older), HOLDS),
    "by a secret that was rotated out": _token(lambda s: sign(s.rotated_out), FAILS),
    "by another project's secret": _token(lambda s: sign(s.of_another_project), FAILS),
    "by the publishable key": _token(lambda s: sign(s.publishable_key), FAILS),
    "by the project's id": _token(lambda _: sign("proj_1"), FAILS),
    "by nothing": _token(lambda _: sign(b"\0"), FAILS),
    "by the empty key": _token(lambda _: sign(""), FAILS),
    "by the secret without its prefix": _token(lambda s: sign(s.live.partition("_")[2]), FAILS),
    "by the secret in capitals": _token(lambda s: sign(s.live.upper()), FAILS),
    "by the secret and a newline": _token(lambda s: sign(s.live + "\n"), FAILS),
    "by the secret's digest": _token(
        lambda s: sign(hashlib.sha256(s.live.encode()).digest()), FAILS
    ),
    "by the hash of the visitor": _token(lambda s: sign(hash_of(s.live, "v1")), FAILS),
}
HEADERS = {
    "kid of our secret": _header(HOLDS, kid="ids_1"),
    "kid that is a path": _header(HOLDS, kid="../../../dev/null"),
    "kid that is SQL": _header(HOLDS, kid="' OR 1=1 --"),
    "kid with NUL": _header(FAILS, kid="a\0b"),
    "jku": _header(HOLDS, jku="http://127.0.0.1:9/keys"),
    "x5u": _header(HOLDS, x5u="http://127.0.0.1:9/chain"),
    "jku with a foreign key": _token(
        lambda s: sign(s.of_another_project, {**HEADER, "jku": "http://127.0.0.1:9/"}), FAILS
    ),
    "jwk that is the key": _token(
        lambda _: sign("k" * 32, {**HEADER, "jwk": {"kty": "oct", "k": segment(b"k" * 32)}}), FAILS
    ),
    "zip": _header(HOLDS, zip="DEF"),
    "typ of another kind": _header(HOLDS, typ="at+jwt"),
    "cty nested": _header(HOLDS, cty="JWT"),
    "alg none over a good signature": _header(FAILS, alg="none"),
    "alg HS256 with a space": _header(FAILS, alg="HS256 "),
    "alg HS512 over HS256": _header(FAILS, alg="HS512"),
    "alg RS256 over HS256": _header(FAILS, alg="RS256"),
    "alg with a Turkish i": _header(FAILS, alg="HS256\u0131"),
    "crit": _header(FAILS, crit=["exp"], exp=1),
    "b64 true": _header(FAILS, b64=True),
}
TIMES = {
    "exp missing": _claims(FAILS, exp=...),
    "exp a day ago": _claims(FAILS, exp=NOW_S - DAY_S),
    "exp in milliseconds": _claims(HOLDS, exp=(NOW_S + DAY_S) * 1000),
    "exp as a fraction": _claims(HOLDS, exp=NOW_S + DAY_S + 0.25),
    "exp negative": _claims(FAILS, exp=-NOW_S),
    "exp as text": _claims(FAILS, exp=str(NOW_S + DAY_S)),
    "exp as a date": _claims(FAILS, exp="2099-01-01T00:00:00Z"),
    "exp beyond what JSON keeps": _claims(FAILS, exp=10**30),
    "nbf tomorrow": _claims(FAILS, nbf=NOW_S + DAY_S),
    "nbf negative": _claims(HOLDS, nbf=-1),
    "iat tomorrow": _claims(FAILS, iat=NOW_S + DAY_S),
    "iat in milliseconds": _claims(FAILS, iat=NOW_S * 1000),
}
CLAIMS = {
    "user_id as a number": _claims(FAILS, user_id=1),
    "user_id with a zero-width space": _claims(FAILS, user_id="u1\u200b"),
    "user_id in full-width letters": _claims(FAILS, user_id="\uff551"),
    "sub alone": _claims(HOLDS, user_id=..., sub="u1"),
    "sub beside another user_id": _claims(FAILS, user_id="u2", sub="u1"),
    "user_id null beside sub": _claims(FAILS, user_id=None, sub="u1"),
    "aud as a list": _claims(HOLDS, aud=["a", "b"]),
    "aud as an object": _claims(HOLDS, aud={"a": 1}),
    "project of somebody else": _claims(HOLDS, app_id="proj_other", project_id="proj_other"),
    "email with NUL": _claims(FAILS, email="a\0@acme.com"),
    "name with a lone surrogate": _claims(FAILS, name="\ud800"),
    "__proto__": _claims(HOLDS, __proto__={"admin": True}),
}
SHAPES = {
    "padded signature": _token(lambda s: sign(s.live) + "=", FAILS),
    "padded segments": _token(lambda s: sign(s.live).replace(".", "=."), FAILS),
    "other bits behind the signature": _token(lambda s: _last_bits_changed(sign(s.live)), FAILS),
    "standard base64": _token(lambda s: sign(s.live) + "+/", FAILS),
    "signature in hex": _token(lambda s: f"{sign(s.live).rpartition('.')[0]}.{'0f' * 32}", FAILS),
    "signature of other claims": _token(
        lambda s: _swapped(sign(s.live), 2, sign(s.live, role="admin")), FAILS
    ),
    "claims of another signature": _token(
        lambda s: _swapped(sign(s.live), 1, sign(s.older, role="admin")), FAILS
    ),
    "nested in itself": _token(lambda s: f"{sign(s.live)}.{sign(s.live)}", FAILS),
    "five segments, as a JWE": _token(lambda s: f"{sign(s.live)}.{'a' * 22}.{'a' * 22}", FAILS),
    "JSON serialisation": _token(lambda s: {"payload": sign(s.live), "signatures": []}, FAILS),
    "tab behind": _token(lambda s: sign(s.live) + "\t", FAILS),
    "no-break space before": _token(lambda s: "\u00a0" + sign(s.live), FAILS),
    "quoted": _token(lambda s: f'"{sign(s.live)}"', FAILS),
    "9 KB, signed": _token(lambda s: sign(s.live, note="x" * 9_000), FAILS),
    "7 KB of base64, not signed": _token(lambda _: f"{'e30' * 2_300}.e30.e30", FAILS),
    "100 KB": _token(lambda _: "a" * 100_000, FAILS),
    "a cut surrogate": _token(lambda _: "\ud800", MALFORMED),
    "NUL behind": _token(lambda s: sign(s.live) + "\0", MALFORMED),
}
HASHES = {
    "lower case": _hash(lambda s: hash_of(s.live, "v1"), HOLDS),
    "mixed case": _hash(lambda s: hash_of(s.live, "v1").title(), HOLDS),
    "by a rotated-out secret": _hash(lambda s: hash_of(s.rotated_out, "v1"), FAILS),
    "by another project": _hash(lambda s: hash_of(s.of_another_project, "v1"), FAILS),
    "of another visitor": _hash(lambda s: hash_of(s.live, "v2"), FAILS),
    "of the visitor in capitals": _hash(lambda s: hash_of(s.live, "V1"), FAILS),
    "of the trimmed id, sent untrimmed": _hash(lambda s: hash_of(s.live, "v1"), HOLDS, " v1\t"),
    "of the untrimmed id": _hash(lambda s: hash_of(s.live, " v1 "), FAILS, " v1 "),
    "of an integer's text": _hash(lambda s: hash_of(s.live, "456"), HOLDS, 456),
    "of the integer with a zero before": _hash(lambda s: hash_of(s.live, "0456"), FAILS, 456),
    "of Arabic digits for ASCII ones": _hash(lambda s: hash_of(s.live, "456"), FAILS, "٤٥٦"),
    "of the composed form": _hash(lambda s: hash_of(s.live, "\u00e9"), FAILS, "e\u0301"),
    "of the UTF-8": _hash(lambda s: hash_of(s.live, "é"), HOLDS, "é"),
    "Arabic digits in the hash": _hash(lambda _: "٤" * 64, FAILS),
    "63 digits": _hash(lambda s: hash_of(s.live, "v1")[:-1], FAILS),
    "65 digits": _hash(lambda s: hash_of(s.live, "v1") + "0", FAILS),
    "hex of hex": _hash(lambda s: hash_of(s.live, "v1").encode().hex(), FAILS),
    "with 0x": _hash(lambda s: "0x" + hash_of(s.live, "v1"), FAILS),
    "SHA-1": _hash(lambda s: hmac.new(s.live.encode(), b"v1", "sha1").hexdigest(), FAILS),
    "SHA-512": _hash(lambda s: hmac.new(s.live.encode(), b"v1", "sha512").hexdigest(), FAILS),
    "all zeros": _hash(lambda _: "0" * 64, FAILS),
    "a number of 64 digits": _hash(lambda _: int("1" * 64), MALFORMED),
    "empty": _hash(lambda _: "", FAILS),
    "false": _hash(lambda _: False, FAILS),
    "null": _hash(lambda _: None, FAILS),
    "NUL behind": _hash(lambda s: hash_of(s.live, "v1") + "\0", MALFORMED),
}
CASES = {
    "keys": KEYS,
    "shapes": SHAPES,
    "headers": HEADERS,
    "times": TIMES,
    "claims": CLAIMS,
    "hashes": HASHES,
}

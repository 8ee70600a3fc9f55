"""A user token holds when HS256, secret, user and time are right, and in no other case (§2)."""

import json

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_api.identity_proof import Proofs
from ingest_api.identity_secret import ProofFailed
from tests.unit.signing import (
    HEADER,
    NEW,
    NOW_S,
    OLD,
    PAYLOAD,
    STRANGER,
    check,
    claims_as,
    segment,
    signed,
    token,
    without_expiry,
)


@pytest.mark.parametrize(
    ("good", "user_id"),
    [
        pytest.param(token(), "u1", id="plain"),
        pytest.param(token(), None, id="request without user_id"),
        pytest.param(token(OLD), "u1", id="older secret"),
        pytest.param(jwt.encode(PAYLOAD, NEW.secret), "u1", id="made by PyJWT"),
        pytest.param(token(user_id=5), "5", id="integer"),
        pytest.param(token(user_id=" u1 "), "u1", id="trimmed like the request's"),
        pytest.param(token(sub="u2"), "u1", id="user_id before sub"),
        pytest.param(without_expiry(sub="u1", exp=NOW_S + 1), "u1", id="sub"),
        pytest.param(token(exp=NOW_S - 59), "u1", id="expired within leeway"),
        pytest.param(token(exp=NOW_S + 0.5), "u1", id="fraction"),
        pytest.param(token(exp=2**53 - 1), "u1", id="far expiry"),
        pytest.param(token(nbf=NOW_S + 60, iat=NOW_S + 60), "u1", id="early within leeway"),
        pytest.param(token(aud="x", iss="y", jti=5), "u1", id="claims of no interest"),
        pytest.param(token(email=None, name=None, role=None, company_id=None), "u1", id="nulls"),
    ],
)  # fmt: skip
def test_a_token_holds(good: str, user_id: str | None) -> None:
    proof = check(Proofs(user_token=good), user_id)
    assert proof.claims is not None
    assert user_id in {proof.claims.user_id, None}


SIGNATURE = token().rpartition(".")[2]
HOSTILE_TOKENS: dict[str, dict[str, object]] = {
    "token_shape": {
        "true": True,
        "number": 5,
        "fraction": 1.5,
        "list": [token()],
        "object": {"token": token()},
        "empty": "",
        "dots": "..",
        "words": "not a token",
        "two segments": token().rpartition(".")[0],
        "four segments": token() + ".x",
        "spaced": " " + token(),
        "with a newline": token() + "\n",
        "bearer": "Bearer " + token(),
        "padded": token() + "=",
        "non-ASCII": "é.é.é",
        "full-width": token().replace("e", "\uff45"),
        "lone surrogates": "\ud800.\ud800.\ud800",
        "NUL": "\0",
        "10 KB": "a" * 10_240,
        "8 KB and more, signed": token(filler="x" * 8_192),
        "bad base64": f"a.{segment(PAYLOAD)}.{segment(b'x')}",
        "header is no JSON": signed(b"{", PAYLOAD),
        "header is a list": signed(["HS256"], PAYLOAD),
        "header is null": signed(None, PAYLOAD),
        "header nested deeply": signed(b'{"a":' + b"[" * 3_000, PAYLOAD),
        "header with two algs": signed(b'{"alg":"none","alg":"HS256"}', PAYLOAD),
        "alg none, no signature": f"{segment({'alg': 'none'})}.{segment(PAYLOAD)}.",
        "no signature": token().rpartition(".")[0] + ".",
        "claims are no JSON": claims_as(b"{"),
        "claims are a list": claims_as(b"[]"),
        "claims are null": claims_as(b"null"),
        "claims with two user_ids": claims_as(b'{"user_id":"u2","user_id":"u1","exp":1700000060}'),
        "claims with NaN": claims_as(b'{"user_id":"u1","exp":NaN}'),
        "claims with Infinity": claims_as(b'{"user_id":"u1","exp":Infinity}'),
        "claims with 1e400": claims_as(b'{"user_id":"u1","exp":1e400}'),
        "claims with 400 digits": claims_as(b'{"user_id":"u1","exp":' + b"9" * 400 + b"}"),
        "claims with 5000 digits": claims_as(b'{"user_id":"u1","exp":' + b"9" * 5_000 + b"}"),
        "claims nested deeply": claims_as(b'{"a":' + b"[" * 3_000 + b"]" * 3_000 + b"}"),
        "claims in UTF-16": claims_as(json.dumps(PAYLOAD).encode("utf-16")),
        "claims with a BOM": claims_as(b"\xef\xbb\xbf" + json.dumps(PAYLOAD).encode()),
        "claims that are no UTF-8": claims_as(b'{"user_id":"\xff"}'),
        "claims with NUL": token(name="a\0b"),
        "exp beyond 2^53": token(exp=2**53),
    },
    "token_algorithm": {
        "alg missing": signed({"typ": "JWT"}, PAYLOAD),
        "alg none": signed({"alg": "none"}, PAYLOAD),
        "alg None": signed({"alg": "None"}, PAYLOAD),
        "alg null": signed({"alg": None}, PAYLOAD),
        "alg hs256": signed({"alg": "hs256"}, PAYLOAD),
        "alg list": signed({"alg": ["HS256"]}, PAYLOAD),
        "alg object": signed({"alg": {}}, PAYLOAD),
        "alg number": signed({"alg": 256}, PAYLOAD),
        "HS384": jwt.encode(PAYLOAD, NEW.secret * 2, "HS384"),
        "HS512": jwt.encode(PAYLOAD, NEW.secret * 2, "HS512"),
        "RS256": signed({"alg": "RS256"}, PAYLOAD),
        "ES256": signed({"alg": "ES256"}, PAYLOAD),
        "crit": signed({**HEADER, "crit": ["exp"]}, PAYLOAD),
        "crit empty": signed({**HEADER, "crit": []}, PAYLOAD),
        "crit null": signed({**HEADER, "crit": None}, PAYLOAD),
        "b64 false": signed({**HEADER, "b64": False}, PAYLOAD),
    },
    "token_signature": {
        "kid of another type": signed({**HEADER, "kid": 5}, PAYLOAD),
        "by a stranger": token(STRANGER),
        "wrong signature": token().rpartition(".")[0] + "." + segment(b"x" * 32),
        "cut signature": token()[:-5],
        "signature of another token": ".".join([*token(a=1).split(".")[:2], SIGNATURE]),
        "changed claims": ".".join(
            [segment(HEADER), segment({**PAYLOAD, "user_id": "u2"}), SIGNATURE]
        ),
        "header brings its key": signed({**HEADER, "jwk": {"kty": "oct"}}, PAYLOAD, STRANGER),
    },
    "token_without_expiry": {
        "claims are empty": claims_as(b"{}"),
        "exp missing": without_expiry(user_id="u1"),
    },
    "token_user": {
        "another user": token(user_id="u2"),
        "another case": token(user_id="U1"),
        "no user": without_expiry(exp=NOW_S + 60),
        "user_id null beside sub": token(user_id=None, sub="u1"),
        "user_id true": token(user_id=True),
        "user_id fraction": token(user_id=5.0),
        "user_id list": token(user_id=["u1"]),
        "user_id object": token(user_id={}),
        "user_id empty": token(user_id=""),
        "user_id anonymous": token(user_id="anonymous"),
        "user_id undefined": token(user_id="undefined"),
        "user_id too long": token(user_id="u" * 256),
        "sub of another type": without_expiry(sub=["u1"], exp=NOW_S + 60),
        "sub of another user": without_expiry(sub="u2", exp=NOW_S + 60),
    },
    "token_time": {
        "exp null": token(exp=None),
        "exp text": token(exp="1700000060"),
        "exp true": token(exp=True),
        "exp list": token(exp=[]),
        "exp object": token(exp={}),
        "nbf text": token(nbf="0"),
        "nbf null": token(nbf=None),
        "iat true": token(iat=True),
        "iat list": token(iat=[0]),
    },
    "token_expired": {
        "exp 0": token(exp=0),
        "exp negative": token(exp=-1),
        "exp negative, huge": token(exp=-1e300),
        "exp over": token(exp=NOW_S - 60),
    },
    "token_from_the_future": {
        "nbf ahead": token(nbf=NOW_S + 61),
        "nbf huge": token(nbf=1e300),
        "iat ahead": token(iat=NOW_S + 61),
    },
    "token_claims": {
        "email that is none": token(email="nobody"),
        "email of another type": token(email=5),
        "email list": token(email=["a@acme.com"]),
        "name of another type": token(name={}),
        "name too long": token(name="x" * 201),
        "company_id accident": token(company_id="null"),
        "company_id empty": token(company_id=""),
        "company_id true": token(company_id=True),
        "role too deep": token(role=[[[[[[[[[]]]]]]]]]),
        "plan with a long key": token(plan={"k" * 101: 1}),
    },
}


@pytest.mark.parametrize(
    ("reason", "hostile"),
    [
        pytest.param(reason, hostile, id=name)
        for reason, tokens in HOSTILE_TOKENS.items()
        for name, hostile in tokens.items()
    ],
)
def test_a_token_does_not_hold(reason: str, hostile: object) -> None:
    with pytest.raises(ProofFailed) as refused:
        check(Proofs(user_token=hostile))
    assert refused.value.reason == reason


@pytest.mark.parametrize("hostile", HOSTILE_TOKENS["token_time"].values())
def test_a_bad_expiry_is_refused_also_where_none_is_required(hostile: object) -> None:
    with pytest.raises(ProofFailed):
        check(Proofs(user_token=hostile), require_expiry=False)


def test_a_token_without_expiry_holds_only_where_the_project_says_so() -> None:
    proofs = Proofs(user_token=without_expiry(user_id="u1"))
    assert check(proofs, require_expiry=False).secret_ids == {"user_token": "ids_new"}
    with pytest.raises(ProofFailed):
        check(proofs)


@given(st.text(st.characters(codec=None)) | st.binary().map(lambda raw: f"{segment(raw)}.e30.x"))
def test_any_text_is_a_proof_that_fails(text: str) -> None:
    for proofs in (Proofs(text, None), Proofs(None, text)):
        with pytest.raises(ProofFailed):
            check(proofs)

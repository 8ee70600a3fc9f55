"""Nobody speaks for a visitor with a proof that does not hold, and claims win where it does."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest

from ingest_api.identity_proof import Proof, Proofs, apply_claims
from ingest_api.identity_secret import IdentitySecret, ProofFailed
from models.operations import CompanyPart, Identify
from tests.unit.signing import NEW, OLD, STRANGER, check, segment, token, user_hash


@pytest.mark.parametrize(
    "given_hash",
    [user_hash(), user_hash().upper(), user_hash(secret=OLD)],
    ids=["lower case", "upper case", "older secret"],
)
def test_a_hash_over_the_visitor_id_holds(given_hash: str) -> None:
    assert check(Proofs(user_hash=given_hash), None).secret_ids.keys() == {"user_hash"}


def test_a_hash_covers_the_utf_8_of_the_visitor_id_as_it_is_applied() -> None:
    assert check(Proofs(user_hash=user_hash("vé")), visitor_id="vé").secret_ids == {
        "user_hash": "ids_new"
    }
    assert check(Proofs(user_hash=user_hash("456", OLD)), visitor_id="456").secret_ids == {
        "user_hash": "ids_old"
    }


HOSTILE_HASHES: dict[str, object] = {
    "empty": "",
    "of another visitor": user_hash("v2"),
    "of another case": user_hash("V1"),
    "by a stranger": user_hash(secret=STRANGER),
    "cut": user_hash()[:-1],
    "longer": user_hash() + "0",
    "spaced": " " + user_hash(),
    "with a newline": user_hash() + "\n",
    "spaced inside": " ".join(user_hash()),
    "prefixed": "sha256=" + user_hash(),
    "no hex": "g" * 64,
    "unkeyed": hashlib.sha256(b"v1").hexdigest(),
    "of the secret by the visitor": hmac.new(b"v1", NEW.key, "sha256").hexdigest(),
    "base64": segment(bytes.fromhex(user_hash())),
    "non-ASCII": "é" * 64,
    "full-width digits": "\uff11" * 64,
    "lone surrogates": "\ud800" * 64,
    "NUL": "\0" * 64,
    "10 KB": "a" * 10_240,
    "true": True,
    "false": False,
    "zero": 0,
    "number": 5,
    "fraction": 1.5,
    "list": [user_hash()],
    "object": {"hash": user_hash()},
    "empty list": [],
}


@pytest.mark.parametrize("hostile", HOSTILE_HASHES.values(), ids=HOSTILE_HASHES)
def test_a_hash_does_not_hold(hostile: object) -> None:
    with pytest.raises(ProofFailed) as refused:
        check(Proofs(user_hash=hostile))
    assert (refused.value.status, refused.value.code) == (401, "identity_verification_failed")


def test_nulls_are_no_proofs_and_that_fails_only_where_one_is_required() -> None:
    assert check(Proofs(None, None)) == Proof()
    with pytest.raises(ProofFailed):
        check(Proofs(None, None), required=True)


@pytest.mark.parametrize(
    "proofs",
    [Proofs(user_hash(), "x"), Proofs("x", token()), Proofs(user_hash(), token(user_id="u2"))],
    ids=["bad token", "bad hash", "token of another user"],
)
def test_of_two_proofs_both_must_hold(proofs: Proofs) -> None:
    with pytest.raises(ProofFailed):
        check(proofs)


def test_two_proofs_name_the_secret_behind_each() -> None:
    proof = check(Proofs(user_hash(secret=OLD), token()), required=True)
    assert proof.secret_ids == {"user_hash": "ids_old", "user_token": "ids_new"}


@pytest.mark.parametrize("proofs", [Proofs(user_hash()), Proofs(None, token())])
def test_without_secrets_no_proof_holds(proofs: Proofs) -> None:
    with pytest.raises(ProofFailed):
        check(proofs, secrets=())


def test_a_secret_too_short_to_sign_verifies_no_token() -> None:
    short = IdentitySecret("ids_short", "short")
    with pytest.raises(ProofFailed):
        check(Proofs(None, token(short)), secrets=(short,))


def test_all_refusals_look_alike_and_nothing_shows_a_secret() -> None:
    with pytest.raises(ProofFailed) as hash_refused:
        check(Proofs(user_hash="hunter2"))
    with pytest.raises(ProofFailed) as token_refused:
        check(Proofs(user_token=token(email="hunter2")))
    assert hash_refused.value.detail == token_refused.value.detail
    shown = f"{hash_refused.value!r}{token_refused.value!r}{NEW}{Proofs('hunter2')!r}"
    assert "hunter2" not in shown
    assert NEW.secret not in shown


def applied(operation: Identify, **claims: object) -> tuple[Identify, list[str]]:
    proof = check(Proofs(user_token=token(**claims)), operation.user_id)  # type: ignore[arg-type]
    signed_operation, warnings = apply_claims(operation, proof)
    assert {warning["code"] for warning in warnings} <= {"claim_overrode_field"}
    return signed_operation, [warning["pointer"] for warning in warnings]


BODY: Callable[..., Identify] = Identify
CLAIMS_APPLIED: list[tuple[Identify, dict[str, Any], Identify, list[str]]] = [
    (BODY("v"), {}, BODY("v", "u1"), []),
    (BODY("v", "u1", "b@x.co"), {}, BODY("v", "u1", "b@x.co"), []),
    (
        BODY("v"),
        {"email": " A@X.co "},
        BODY("v", "u1", "a@x.co", email_signed=True),
        [],
    ),
    (
        BODY("v", None, "a@x.co"),
        {"email": "A@x.co"},
        BODY("v", "u1", "a@x.co", email_signed=True),
        [],
    ),
    (
        BODY("v", None, "b@x.co", "Bob"),
        {"email": "a@x.co", "name": "Ann"},
        BODY("v", "u1", "a@x.co", "Ann", email_signed=True),
        ["/email", "/name"],
    ),
    (BODY("v", None, "b@x.co"), {"email": ""}, BODY("v", "u1", "b@x.co"), []),
    (
        BODY("v", metadata={"role": "guest", "plan": "pro", "x": 1}),
        {"role": "admin", "plan": "pro"},
        BODY("v", "u1", metadata={"role": "admin", "plan": "pro", "x": 1}),
        ["/metadata/role"],
    ),
    (BODY("v"), {"role": False}, BODY("v", "u1", metadata={"role": False}), []),
    (BODY("v"), {"company_id": 5}, BODY("v", "u1", company=CompanyPart("5")), []),
    (
        BODY("v", company=CompanyPart("acme", "Acme")),
        {"company_id": "other"},
        BODY("v", "u1", company=CompanyPart("other", "Acme")),
        ["/company/id"],
    ),
    (
        BODY("v", company=CompanyPart(name="Acme")),
        {"company_id": "acme"},
        BODY("v", "u1", company=CompanyPart("acme", "Acme")),
        [],
    ),
]


@pytest.mark.parametrize(("body", "claims", "expected", "overridden"), CLAIMS_APPLIED)
def test_claims_win_over_the_body(
    body: Identify, claims: dict[str, Any], expected: Identify, overridden: list[str]
) -> None:
    assert applied(body, **claims) == (expected, overridden)


def test_a_hash_alone_claims_nothing() -> None:
    operation = Identify("v1", email="a@x.co")
    assert apply_claims(operation, check(Proofs(user_hash()), None)) == (operation, [])

"""Proofs of identity on the widget routes (contract §2, Identity verification)."""

import hashlib
import hmac
import time
from typing import Any

import jwt
import pytest

from models.provisioning.identity_secrets import create_identity_secret, list_identity_secrets
from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.running import NOW_MS, Project, RunningEdge

pytestmark = pytest.mark.anyio

BODY = {"app_id": "proj_1", "visitor_id": "v1"}


def _hash(project: Project, visitor_id: str = "v1") -> str:
    key = project.created.identity_secret.encode()
    return hmac.new(key, visitor_id.encode(), hashlib.sha256).hexdigest()


def _token(project: Project, **claims: Any) -> str:
    content = {"user_id": "u1", "exp": int(time.time()) + 600, **claims}
    return jwt.encode(content, project.created.identity_secret, algorithm="HS256")


async def _required(start_edge: StartEdge, project: Project, **settings: Any) -> RunningEdge:
    project.set(identity_verification="required", **settings)
    return await start_edge(database_url=project.database_url)


@pytest.mark.parametrize(
    "proof",
    [{}, {"user_hash": None}, {"user_hash": "0" * 64}, {"user_hash": 5}, {"user_token": "é" * 99}],
)
async def test_without_a_valid_proof_nothing_is_enqueued(
    start_edge: StartEdge, sqlite_project: Project, proof: dict[str, Any]
) -> None:
    edge = await _required(start_edge, sqlite_project)
    for key in (None, sqlite_project.created.secret_token):
        answer = await edge.post(body={**BODY, **proof}, key=key)
        assert (answer.status_code, answer.json()["code"]) == (401, "identity_verification_failed")
    assert edge.mailbox() == []


async def test_a_valid_hash_passes_and_its_secret_shows_when(
    start_edge: StartEdge, project: Project
) -> None:
    edge = await _required(start_edge, project)
    project.write(lambda c: create_identity_secret(c, "proj_1", NOW_MS))
    answer = await edge.post(body={**BODY, "user_hash": _hash(project).upper()})
    assert answer.status_code == 202
    await edge.edge.key_usage.write()
    secrets = project.write(lambda c: list_identity_secrets(c, "proj_1"))
    verified = [secret.last_verified_at_ms is not None for secret in secrets]
    assert sorted(verified) == [False, True]


async def test_a_list_of_secrets_shows_each_verification_before_it(
    start_edge: StartEdge, project: Project
) -> None:
    edge = await _required(start_edge, project)
    await edge.post(body={**BODY, "user_hash": _hash(project)})
    secret_token = {"authorization": f"Bearer {project.created.secret_token}"}
    answer = await edge.client.get("/api/project/identity-secrets", headers=secret_token)
    (secret,) = answer.json()["items"]
    assert secret["last_verified_at"] is not None


async def test_a_tokens_claims_win_over_the_body(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    edge = await _required(start_edge, sqlite_project)
    token = _token(sqlite_project, email="real@acme.com", plan="pro")
    answer = await edge.post(body={**BODY, "user_token": token, "email": "other@acme.com"})
    assert answer.status_code == 202
    [queued] = edge.mailbox()
    assert queued.envelope.payload == {
        "visitor_id": "v1",
        "user_id": "u1",
        "email": "real@acme.com",
        "metadata": {"plan": "pro"},
        "email_signed": True,
    }
    assert [w["code"] for w in queued.envelope.warnings] == ["claim_overrode_field"]


async def test_a_proof_that_is_present_must_hold_where_none_is_asked_for(
    sqlite_edge: RunningEdge,
) -> None:
    for path, fields in (("identify", {}), ("track", {"name": "a"})):
        answer = await sqlite_edge.post(path, {**BODY, **fields, "user_hash": "0" * 64})
        assert answer.status_code == 401
    assert sqlite_edge.mailbox() == []


@pytest.mark.parametrize(("all_writes", "status"), [(False, 202), (True, 401)])
async def test_other_writes_need_a_proof_only_if_the_project_says_so(
    start_edge: StartEdge, sqlite_project: Project, all_writes: bool, status: int
) -> None:
    edge = await _required(start_edge, sqlite_project, verify_all_writes=all_writes)
    answer = await edge.post("track", {**BODY, "name": "a"})
    assert answer.status_code == status
    proven = {**BODY, "name": "a", "user_hash": _hash(sqlite_project)}
    assert (await edge.post("track", proven)).status_code == 202


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"user_id": "u1"}, 202), ({}, 202), ({"user_id": "u2"}, 401), ({"user_id": True}, 401)],
)
async def test_a_token_names_the_requests_user_on_every_route(
    start_edge: StartEdge, sqlite_project: Project, sent: dict[str, object], status: int
) -> None:
    edge = await _required(start_edge, sqlite_project)
    body = {"app_id": "proj_1", "visitor_id": "v1", "name": "a", **sent}
    answer = await edge.post("track", {**body, "user_token": _token(sqlite_project)})
    assert answer.status_code == status

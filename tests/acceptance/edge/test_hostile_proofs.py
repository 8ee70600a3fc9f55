"""Nobody speaks for another: hostile tokens and hashes over HTTP, with verification required."""

import json

import pytest

from models.provisioning.identity_secrets import create_identity_secret, delete_identity_secret
from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.hostile_proofs import CASES, HOLDS, Secrets
from tests.acceptance.edge.running import NOW_MS, Project, RunningEdge, make_project

pytestmark = pytest.mark.anyio
CODES = {400: "invalid_request", 401: "identity_verification_failed"}


@pytest.fixture
def secrets(sqlite_project: Project) -> Secrets:
    """A project in the middle of a second rotation, and a neighbour."""
    sqlite_project.set(identity_verification="required")
    write = sqlite_project.write
    rotated_out = write(lambda c: create_identity_secret(c, "proj_1", NOW_MS))
    write(lambda c: delete_identity_secret(c, "proj_1", rotated_out.secret.id))
    live = write(lambda c: create_identity_secret(c, "proj_1", NOW_MS))
    with make_project(sqlite_project.database_url, "proj_other") as other:
        return Secrets(
            live.printed,
            sqlite_project.created.identity_secret,
            rotated_out.printed,
            other.created.identity_secret,
            sqlite_project.created.publishable_key,
        )


@pytest.fixture
async def edge(start_edge: StartEdge, sqlite_project: Project, secrets: Secrets) -> RunningEdge:
    return await start_edge(database_url=sqlite_project.database_url)


@pytest.mark.parametrize("group", CASES)
async def test_a_proof_holds_or_is_refused_as_the_contract_says(
    edge: RunningEdge, secrets: Secrets, group: str
) -> None:
    for name, case in CASES[group].items():
        before = len(edge.mailbox())
        body = {"app_id": "proj_1", "user_id": "u1", **case.sent(secrets)}
        answer = await edge.post(body=json.dumps(body).encode())
        assert answer.status_code == case.status, f"{name}: {answer.text}"
        if case.status != HOLDS:
            assert answer.json()["code"] == CODES[case.status], name
        assert len(edge.mailbox()) - before == (case.status == HOLDS), name


async def test_a_refused_proof_names_the_scheme_of_the_credentials_like_any_401(
    edge: RunningEdge,
) -> None:
    answer = await edge.post(body=b'{"app_id": "proj_1", "visitor_id": "v1", "user_hash": "0"}')
    assert (answer.status_code, answer.json()["code"]) == (401, CODES[401])
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_table_is_long() -> None:
    cases = [case for group in CASES.values() for case in group.values()]
    assert len([case for case in cases if case.status != HOLDS]) >= 60

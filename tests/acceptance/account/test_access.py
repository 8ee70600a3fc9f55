"""Every route by every credential, for one's own and another project (contract §2)."""

from collections.abc import Mapping
from typing import Any

import pytest

from ingest_api.endpoint import RouteEntry
from ingest_api.families import Family
from ingest_api.route_table import ROUTES
from models.provisioning.keys import create_key, revoke_key
from tests.acceptance.account.access import (
    NOBODYS,
    REQUESTS,
    make_records,
    path_of,
    request_of,
)
from tests.acceptance.account.backend import Backend
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Answer, Project

OPEN = 200
"""Stands for whatever a route answers to those who may call it."""

ALONE = "the project's id alone"
EXPECTED: dict[str, dict[Family, int]] = {
    "nothing": {"widget": 401, "account": 401, "v1": 401},
    ALONE: {"widget": OPEN, "account": 401, "v1": 401},
    "Bearer pk": {"widget": OPEN, "account": 403, "v1": 403},
    "Bearer sk": {"widget": OPEN, "account": OPEN, "v1": 403},
    "Bearer ak": {"widget": 403, "account": 403, "v1": 403},
    "X-API-Key ak": {"widget": 403, "account": 403, "v1": OPEN},
    "X-API-Key sk": {"widget": 403, "account": 403, "v1": 403},
    "Bearer garbage": {"widget": 401, "account": 401, "v1": 401},
    "X-API-Key garbage": {"widget": 401, "account": 401, "v1": 401},
    "Bearer revoked sk": {"widget": 401, "account": 401, "v1": 401},
    "X-API-Key revoked ak": {"widget": 401, "account": 401, "v1": 401},
    "two": {"widget": 400, "account": 400, "v1": 400},
}
CHALLENGES: dict[Family, str] = {"widget": "Bearer", "account": "Bearer", "v1": "ApiKey"}
CODES = {400: "invalid_request", 401: "unauthenticated", 403: "forbidden"}
OWN_KEY: dict[Family, str] = {
    "widget": "Bearer pk",
    "account": "Bearer sk",
    "v1": "X-API-Key ak",
}


def _credentials(project: Project) -> dict[str, dict[str, str]]:
    made = project.created
    revoked = {kind: _revoked(project, kind) for kind in ("secret", "api")}
    return {
        "nothing": {},
        ALONE: {},
        "Bearer pk": {"authorization": f"Bearer {made.publishable_key}"},
        "Bearer sk": {"authorization": f"Bearer {made.secret_token}"},
        "Bearer ak": {"authorization": f"Bearer {made.api_key}"},
        "X-API-Key ak": {"x-api-key": made.api_key},
        "X-API-Key sk": {"x-api-key": made.secret_token},
        "Bearer garbage": {"authorization": "Bearer sk_nobody"},
        "X-API-Key garbage": {"x-api-key": "ak_nobody"},
        "Bearer revoked sk": {"authorization": f"Bearer {revoked['secret']}"},
        "X-API-Key revoked ak": {"x-api-key": revoked["api"]},
        "two": {"authorization": f"Bearer {made.secret_token}", "x-api-key": made.api_key},
    }


def _revoked(project: Project, kind: Any) -> str:
    with project.database.transaction() as connection:
        made = create_key(connection, project.id, kind, None, 1)
        revoke_key(connection, project.id, made.key.id, 2)
    return made.printed


def _ask(
    client: Any,
    entry: RouteEntry,
    ids: dict[str, str],
    credential: Mapping[str, str],
    project_id: str | None = None,
) -> Answer:
    body = REQUESTS[request_of(entry)]
    path = path_of(entry, ids)
    if project_id is not None and entry.family == "widget":
        if body is None:
            path += f"?app_id={project_id}"
        else:
            body = body | {"app_id": project_id}
    return Backend(client, credential).send(entry.method, path, body)


def _id(entry: RouteEntry) -> str:
    return request_of(entry).replace("/", " ")


KEYED = [entry for entry in ROUTES if entry.family != "public"]
OF_RECORDS = [entry for entry in KEYED if "{" in entry.path]


def test_every_route_has_a_decision_and_every_decision_a_route() -> None:
    routes = {request_of(entry) for entry in ROUTES}
    assert not routes - REQUESTS.keys(), "give these routes a line in access.REQUESTS"
    assert not REQUESTS.keys() - routes, "these lines of access.REQUESTS have no route"


@pytest.mark.parametrize("entry", KEYED, ids=_id)
def test_a_route_is_open_to_its_own_credentials_and_to_nobody_else(
    deployment: Deployment, entry: RouteEntry
) -> None:
    project = deployment.new_project()
    ids = make_records(project, entry.family)
    credentials = _credentials(project)
    # Whoever is let in may take the record away, so those come last.
    for name in sorted(EXPECTED, key=lambda each: EXPECTED[each][entry.family] == OPEN):
        named = project.id if name == ALONE else None
        answer = _ask(deployment.client, entry, ids, credentials[name], named)
        expected = EXPECTED[name][entry.family]
        if expected == OPEN:
            assert 200 <= answer.status < 300, (name, answer)
        else:
            assert answer.refusal == (expected, CODES[expected]), name
            challenge = CHALLENGES[entry.family] if expected == 401 else None
            assert answer.headers.get("www-authenticate") == challenge


@pytest.mark.parametrize("entry", OF_RECORDS, ids=_id)
def test_another_projects_record_is_answered_like_one_that_does_not_exist(
    deployment: Deployment, entry: RouteEntry
) -> None:
    ids = make_records(deployment.new_project(), entry.family)
    stranger = deployment.new_project()
    credential = _credentials(stranger)[OWN_KEY[entry.family]]
    foreign = _ask(deployment.client, entry, ids, credential)
    missing = _ask(deployment.client, entry, NOBODYS, credential)
    code = "operation_not_found" if "/operations/" in entry.path else "not_found"
    assert foreign.refusal == missing.refusal == (404, code)
    assert _but_for_ids(foreign) == _but_for_ids(missing)


def test_a_refusal_leaves_nothing_behind(deployment: Deployment) -> None:
    project = deployment.new_project()
    for entry in KEYED:
        answer = _ask(deployment.client, entry, NOBODYS, {"authorization": "Bearer sk_nobody"})
        assert answer.status == 401
    assert project.rows_of_ledger() == []


def test_missing_unknown_and_revoked_keys_get_one_and_the_same_body(
    deployment: Deployment,
) -> None:
    credentials = _credentials(deployment.new_project())
    names = [name for name, by_family in EXPECTED.items() if set(by_family.values()) == {401}]
    assert "nothing" in names
    for path in ("/api/contacts", "/api/v1/contacts"):
        answers = [Backend(deployment.client, credentials[name]).post(path, {}) for name in names]
        bodies = [_but_for_ids(answer) for answer in answers]
        assert bodies == [bodies[0]] * len(names)


@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
def test_a_credential_that_stands_twice_is_refused(
    deployment: Deployment, project: Project, header: str
) -> None:
    value = _credentials(project)["Bearer sk" if header == "authorization" else "X-API-Key ak"]
    for path in ("/api/contacts", "/api/v1/contacts"):
        response = deployment.client.post(path, headers=[*value.items(), *value.items()], json={})
        assert (response.status_code, response.json()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("entry", [each for each in KEYED if each.family != "widget"], ids=_id)
def test_browsers_get_no_leave_to_read_account_and_v1_routes(
    deployment: Deployment, project: Project, entry: RouteEntry
) -> None:
    path = path_of(entry, NOBODYS)
    key = _credentials(project)[OWN_KEY[entry.family]]
    asking = {"origin": "https://shop.example", "access-control-request-method": entry.method}
    preflight = deployment.client.options(path, headers=asking)
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert entry.method in preflight.headers["allow"].split(", ")
    refused = deployment.client.request(entry.method, path, headers={**asking, **key})
    for response in (preflight, refused):
        assert not [name for name in response.headers if name.startswith("access-control-")]


def test_a_page_is_not_told_what_became_of_account_writes(
    deployment: Deployment, project: Project
) -> None:
    """Its refusal would name the holder of an address."""
    backend = Backend(deployment.client, _credentials(project)["Bearer sk"])
    backend.make("/api/contacts", email="ann@example.com")
    refused = backend.post("/api/contacts", {"email": "ann@example.com"})
    assert backend.get(f"/api/operations/{refused.operation_id}").body["problem"]["holder_id"]
    for caller in (project.site, project.browser):
        assert caller.receipt(refused.operation_id).refusal == (404, "operation_not_found")


def _but_for_ids(answer: Answer) -> dict[str, Any]:
    ids = ("request_id", "operation_id")
    return {name: value for name, value in answer.body.items() if name not in ids}

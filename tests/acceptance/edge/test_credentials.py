"""Who may write to a project through the widget routes (contract §2)."""

from typing import Any

import pytest

from models.provisioning.keys import list_keys, revoke_key
from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.running import (
    NOW_MS,
    Project,
    RunningEdge,
    eventually,
    make_project,
)

pytestmark = pytest.mark.anyio

VISITOR = {"visitor_id": "v1"}


def _headers(project: Project, names: list[tuple[str, str]]) -> list[tuple[str, str]]:
    created = project.created
    keys = {"pk": created.publishable_key, "sk": created.secret_token, "ak": created.api_key}
    return [(name, value.format(**keys)) for name, value in names]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([], {"app_id": "proj_1"}),
        ([], {"project_id": "proj_1"}),
        ([], {"project_id": "proj_1", "app_id": "proj_1"}),
        ([], {"project_id": "proj_1", "app_id": None}),
        ([("authorization", "Bearer {pk}")], {}),
        ([("authorization", "bEARER  {pk}")], {}),
        ([("authorization", "Bearer {pk}")], {"app_id": "proj_1"}),
        ([("authorization", "Bearer {sk}")], {}),
        ([("authorization", "Bearer {sk}")], {"project_id": "proj_1"}),
    ],
)
async def test_these_credentials_open_the_widget_routes(
    edge: RunningEdge, project: Project, headers: list[tuple[str, str]], body: dict[str, Any]
) -> None:
    answer = await edge.post(body=VISITOR | body, headers=_headers(project, headers))
    assert answer.status_code == 202
    [queued] = edge.mailbox()
    is_secret = any("{sk}" in value for _, value in headers)
    assert queued.envelope.caller == ("secret" if is_secret else "publishable")


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ([], {}, 401, "unauthenticated"),
        ([], {"app_id": "proj_2"}, 401, "unauthenticated"),
        ([], {"app_id": ""}, 401, "unauthenticated"),
        ([], {"app_id": "x" * 300}, 401, "unauthenticated"),
        ([], {"app_id": 5}, 400, "invalid_request"),
        ([], {"app_id": "proj_1", "project_id": "proj_2"}, 400, "project_mismatch"),
        ([("authorization", "Bearer {pk}x")], {}, 401, "unauthenticated"),
        ([("authorization", "Bearer {pk}x")], {"app_id": "proj_1"}, 401, "unauthenticated"),
        ([("authorization", "Bearer {pk}")], {"app_id": "proj_2"}, 401, "unauthenticated"),
        ([("authorization", "Bearer " + "pk_" + "x" * 5000)], {}, 401, "unauthenticated"),
        ([("authorization", "Bearer")], {"app_id": "proj_1"}, 401, "unauthenticated"),
        ([("authorization", "")], {"app_id": "proj_1"}, 401, "unauthenticated"),
        ([("authorization", "Basic {pk}")], {"app_id": "proj_1"}, 401, "unauthenticated"),
        ([("authorization", "{pk}")], {}, 401, "unauthenticated"),
        ([("x-api-key", "{pk}")], {"app_id": "proj_1"}, 403, "forbidden"),
        ([("x-api-key", "{pk}x")], {"app_id": "proj_1"}, 401, "unauthenticated"),
        ([("x-api-key", "ak_unknown")], {"app_id": "proj_1"}, 401, "unauthenticated"),
        ([("x-api-key", "{ak}")], {"app_id": "proj_1"}, 403, "forbidden"),
        ([("authorization", "Bearer {ak}")], {}, 403, "forbidden"),
        (
            [("authorization", "Bearer {pk}"), ("authorization", "Bearer {pk}")],
            {},
            400,
            "invalid_request",
        ),
        ([("x-api-key", "{ak}"), ("x-api-key", "{ak}")], {}, 400, "invalid_request"),
        ([("x-api-key", "{ak}"), ("authorization", "Bearer {pk}")], {}, 400, "invalid_request"),
    ],
)
async def test_these_credentials_do_not_and_nothing_is_enqueued(
    edge: RunningEdge,
    project: Project,
    headers: list[tuple[str, str]],
    body: dict[str, Any],
    status: int,
    code: str,
) -> None:
    answer = await edge.post(body=VISITOR | body, headers=_headers(project, headers))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert edge.mailbox() == []


async def test_missing_unknown_and_revoked_keys_get_one_and_the_same_body(
    edge: RunningEdge, project: Project
) -> None:
    keys = project.write(lambda c: list_keys(c, "proj_1"))
    publishable = next(key.id for key in keys if key.kind == "publishable")
    project.write(lambda c: revoke_key(c, "proj_1", publishable, NOW_MS))
    answers = [
        await edge.post(body=VISITOR),
        await edge.post(body=VISITOR | {"app_id": "nobody"}),
        await edge.post(body=VISITOR, key="sk_unknown"),
        await edge.post(body=VISITOR, key=project.created.publishable_key),
    ]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert bodies == [bodies[0]] * 4
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}


async def test_a_revoked_key_stops_working_within_the_life_of_the_cache(
    start_edge: StartEdge, project: Project
) -> None:
    edge = await start_edge(database_url=project.database_url, project_cache_ttl_s=0.2)
    key = project.created.publishable_key
    assert (await edge.post(body=VISITOR, key=key)).status_code == 202
    keys = project.write(lambda c: list_keys(c, "proj_1"))
    publishable = next(each.id for each in keys if each.kind == "publishable")
    project.write(lambda c: revoke_key(c, "proj_1", publishable, NOW_MS))

    async def refused() -> bool:
        return (await edge.post(body=VISITOR, key=key)).status_code == 401

    await eventually(refused, "the revoked key is refused")


async def test_a_key_opens_its_own_project_only(edge: RunningEdge, project: Project) -> None:
    with make_project(project.database_url, "proj_2") as other:
        mine = await edge.post(body=VISITOR, key=other.created.publishable_key)
        foreign = await edge.post(
            body=VISITOR | {"app_id": "proj_1"}, key=other.created.publishable_key
        )
    assert (mine.status_code, foreign.status_code) == (202, 401)
    assert len(edge.mailbox("proj_2")) == 1
    assert edge.mailbox("proj_1") == []


async def test_a_project_may_want_a_key_on_its_widget_routes(
    edge: RunningEdge, project: Project
) -> None:
    project.set(require_publishable_key=True)
    assert (await edge.post(body=VISITOR | {"app_id": "proj_1"})).status_code == 401
    answer = await edge.post(body=VISITOR, key=project.created.publishable_key)
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("kind", "path", "credential"),
    [
        ("secret", "/api/widget/operations/op_1", [("authorization", "Bearer {sk}")]),
        ("secret", "/api/project", [("authorization", "Bearer {sk}")]),
        ("api", "/api/v1/contacts", [("x-api-key", "{ak}")]),
    ],
)
async def test_the_use_of_a_key_is_noted(
    edge: RunningEdge,
    project: Project,
    kind: str,
    path: str,
    credential: list[tuple[str, str]],
) -> None:
    await edge.client.get(path, headers=_headers(project, credential))
    await edge.edge.key_usage.write()
    keys = project.write(lambda c: list_keys(c, "proj_1"))
    assert [key.kind for key in keys if key.last_used_at_ms is not None] == [kind]


async def test_a_list_of_keys_shows_each_use_before_it(edge: RunningEdge, project: Project) -> None:
    secret = [("authorization", "Bearer {sk}")]
    await edge.post(body=VISITOR, key=project.created.publishable_key)
    api_key = _headers(project, [("x-api-key", "{ak}")])
    await edge.client.get("/api/v1/contacts", headers=api_key)
    answer = await edge.client.get("/api/project/keys", headers=_headers(project, secret))
    uses = {key["kind"]: key["last_used_at"] for key in answer.json()["items"]}
    assert all(uses.values()), uses


async def test_the_first_use_of_a_key_is_soon_known_to_all_edges(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    used, other = [await start_edge(database_url=sqlite_project.database_url) for _ in range(2)]
    await used.post(body=VISITOR, key=sqlite_project.created.publishable_key)
    secret = _headers(sqlite_project, [("authorization", "Bearer {sk}")])

    async def shows_it() -> bool:
        keys = (await other.client.get("/api/project/keys", headers=secret)).json()["items"]
        return all(key["last_used_at"] for key in keys if key["kind"] == "publishable")

    await eventually(shows_it, "the other edge shows the use")
    assert await shows_it()

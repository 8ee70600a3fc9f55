"""Who asks too often is told so, and when to come again (contract §4, Load)."""

import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.acceptance.batches.sending import LINES, as_lines, codes, results, track
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Answer, Project
from tests.services.waiting import wait_until

SCARCE = {"rate_per_s": 0.01, "burst": 2}
"""Nothing comes back while a test runs."""
PLENTY = {"rate_per_s": 1000, "burst": 1000}
AT_UNIX_SOCKET = (
    *(sys.executable, "-m", "uvicorn", "--factory", "ingest_api.app:app_from_environment"),
    *("--http", "ingest_api.http_protocol:EdgeProtocol", "--no-proxy-headers", "--uds"),
)
"""As docs/operations/scaling.md has it."""


def limited(deployment: Deployment, **rate_limits: Any) -> Project:
    return deployment.new_project(rate_limits=rate_limits)


def test_what_is_too_much_is_refused_with_the_time_to_come_again(deployment: Deployment) -> None:
    project = limited(deployment, project=SCARCE)
    answers = [project.track("ann") for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 429]
    assert answers[2].refusal == (429, "rate_limited")
    assert answers[2].headers["retry-after"] == "100"


def test_accepted_and_refused_answers_tell_what_is_left(deployment: Deployment) -> None:
    project = limited(deployment, project=SCARCE, visitor=PLENTY)
    answers = [project.track(who) for who in ("ann", "bob", "cid")]
    assert {each.headers["ratelimit-policy"] for each in answers[:2]} == {
        '"project";q=2;w=200, "visitor";q=1000;w=1'
    }
    assert [each.headers["ratelimit"] for each in answers] == [
        '"project";r=1;t=100, "visitor";r=999;t=1',
        '"project";r=0;t=200, "visitor";r=999;t=1',
        '"project";r=0;t=200, "visitor";r=1000;t=0',
    ]


def test_one_visitor_does_not_use_up_what_another_has(deployment: Deployment) -> None:
    project = limited(deployment, visitor=SCARCE)
    asked = ["ann", "ann", "ann", "bob"]
    assert [project.track(each).status for each in asked] == [200, 200, 429, 200]


def test_an_address_is_limited_for_browsers_and_not_for_a_backend(deployment: Deployment) -> None:
    project = limited(deployment, address=SCARCE)
    callers = [project, project.browser, project.site, project.browser, project.site, project]
    answers = [each.track("ann") for each in callers]
    assert [each.status for each in answers] == [200, 200, 200, 429, 429, 200]
    assert "address" not in answers[-1].headers["ratelimit"]


def test_nobody_escapes_by_a_header_that_anybody_can_write(deployment: Deployment) -> None:
    project = limited(deployment, address=SCARCE)
    answers = [
        project.browser.post(
            "track",
            {"visitor_id": "ann", "name": "x"},
            X_Forwarded_For=f"198.51.100.{n}",
            Forwarded=f"for=198.51.100.{n}",
        )
        for n in range(3)
    ]
    assert [each.status for each in answers] == [200, 200, 429]


def test_other_projects_have_buckets_of_their_own(deployment: Deployment) -> None:
    one, other = (limited(deployment, project=SCARCE, address=SCARCE) for _ in range(2))
    assert [one.browser.track("ann").status for _ in range(3)] == [200, 200, 429]
    assert other.browser.track("ann").status == 200


def test_a_batch_takes_what_it_may_and_refuses_the_rest_each(deployment: Deployment) -> None:
    project = limited(deployment, visitor=SCARCE)
    answer = batch(deployment, project, "ann", "ann", "ann", "bob")
    assert answer.status == 200
    assert answer.headers["retry-after"] == "100"
    assert '"visitor";r=0;t=200' in answer.headers["ratelimit"]
    told = [each.get("problem", each.get("outcome")) for each in answer.body["results"]]
    assert [each.get("code", each["status"]) for each in told] == [
        "applied",
        "applied",
        "rate_limited",
        "applied",
    ]


def test_a_batch_of_which_nothing_may_pass_is_refused_as_a_whole(deployment: Deployment) -> None:
    project = limited(deployment, project=SCARCE)
    assert batch(deployment, project, "ann", "bob").status == 200
    answer = batch(deployment, project, "ann", "bob")
    assert answer.refusal == (429, "rate_limited")
    assert answer.headers["retry-after"] == "100"
    assert '"project";r=0' in answer.headers["ratelimit"]


def test_lines_that_are_too_many_are_refused_each_with_the_time_to_come_again(
    deployment: Deployment,
) -> None:
    project = limited(deployment, project=SCARCE)
    response = project_request(
        deployment,
        project,
        "POST",
        "/api/batch",
        content=as_lines([track(visitor_id=each) for each in ("ann", "bob", "cid")]),
        content_type=LINES,
    )
    assert codes(response) == ["applied", "applied", "rate_limited"]
    assert results(response)[2]["problem"]["status"] == 429
    assert response.headers["retry-after"] == "100"
    assert response.headers["ratelimit-policy"].startswith('"project";q=2;w=200')
    assert response.headers["ratelimit"].startswith('"project";r=0;t=200')


def test_account_and_v1_writes_count_in_the_projects_bucket(deployment: Deployment) -> None:
    project = limited(deployment, project={"rate_per_s": 0.01, "burst": 2})
    made = project_request(deployment, project, "POST", "/api/contacts", json={"name": "Ann"})
    assert (made.status_code, made.headers["ratelimit"]) == (201, '"project";r=1;t=100')
    by_key = {"x-api-key": project.created.api_key}
    answers = [
        deployment.client.post("/api/v1/contacts", json={"name": "Bob"}, headers=by_key)
        for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [201, 429]
    assert answers[1].json()["code"] == "rate_limited"
    assert answers[1].headers["retry-after"] == "100"
    assert {each.headers["ratelimit-policy"] for each in answers} == {'"project";q=2;w=200'}
    assert {each.headers["ratelimit"] for each in answers} == {'"project";r=0;t=200'}


def test_a_projects_new_limits_hold_for_who_was_told_so(deployment: Deployment) -> None:
    project = limited(deployment)
    assert project.browser.track("ann").status == 200
    wanted = {"rate_limits": {"visitor": {"rate_per_s": 0.01, "burst": 1}}}
    told = project_request(deployment, project, "PATCH", "/api/project", json=wanted)
    assert told.status_code == 200
    assert [project.browser.track("bob").status for _ in range(2)] == [200, 429]
    told = project_request(deployment, project, "PATCH", "/api/project", json={"rate_limits": {}})
    assert told.status_code == 200
    assert project.browser.track("bob").status == 200


def test_a_projects_new_limits_hold_at_every_edge(deployment: Deployment) -> None:
    project = limited(deployment, project=PLENTY)
    # An edge that would go by what it remembers for an hour.
    web = deployment.services.start_web(project_cache_ttl_s=3600)
    with httpx2.Client(base_url=web.url, timeout=30) as client:
        elsewhere = Project(project.created, client, deployment.database)
        assert elsewhere.track("ann").status == 200
        wanted = {"rate_limits": {"project": {"rate_per_s": 0.01, "burst": 2}}}
        told = project_request(deployment, project, "PATCH", "/api/project", json=wanted)
        assert told.status_code == 200
        answers = [each.track("ann") for each in (elsewhere, project, elsewhere)]
    web.stop()
    assert [each.status for each in answers] == [200, 200, 429]
    assert answers[2].headers["ratelimit-policy"].startswith('"project";q=2;w=200')


def test_a_project_can_take_back_a_limit_that_lets_nothing_pass(deployment: Deployment) -> None:
    project = limited(deployment, project={"rate_per_s": 0.001, "burst": 1})
    assert [project.browser.track("ann").status for _ in range(2)] == [200, 429]
    told = project_request(deployment, project, "PATCH", "/api/project", json={"rate_limits": {}})
    assert told.status_code == 200
    assert project.browser.track("ann").status == 200


def test_a_browser_may_read_what_is_left(deployment: Deployment) -> None:
    project = limited(deployment, project=SCARCE)
    body = {"visitor_id": "ann", "name": "x"}
    answers = [project.browser.post("track", body, Origin="https://a.example") for _ in range(3)]
    assert answers[2].status == 429
    for each in answers:
        exposed = each.headers["access-control-expose-headers"]
        assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= {*exposed.split(", ")}


def test_what_is_refused_before_the_mailbox_takes_nothing(deployment: Deployment) -> None:
    project = limited(deployment, project=SCARCE)
    refused = [project.track("ann", name="") for _ in range(5)]
    assert {each.status for each in refused} == {400}
    assert "ratelimit" not in refused[0].headers
    assert project.track("ann").headers["ratelimit"].startswith('"project";r=1;')


def test_behind_a_trusted_proxy_each_client_has_its_own_bucket(deployment: Deployment) -> None:
    web = deployment.services.start_web(trusted_proxies="127.0.0.0/8")
    project = limited(deployment, address=SCARCE)
    body = {"app_id": project.id, "visitor_id": "ann", "name": "x"}
    ways = [f"203.0.113.{n}, 198.51.100.9" for n in range(3)]
    ways += [f"2001:db8:0:1::{n}" for n in range(3)]
    with httpx2.Client(base_url=web.url, timeout=30) as client:
        answers = [
            client.post("/api/widget/track", json=body, headers={"x-forwarded-for": way})
            for way in ways
        ]
    web.stop()
    assert [each.status_code for each in answers] == [200, 200, 429, 200, 200, 429]


@pytest.mark.parametrize(
    ("trusted", "statuses"), [("unix", [200, 200, 429, 200]), ("none", [200, 200, 200, 200])]
)
def test_who_calls_through_a_unix_socket_has_the_address_that_a_trusted_proxy_tells(
    deployment: Deployment, tmp_path: Path, trusted: str, statuses: list[int]
) -> None:
    socket = tmp_path / "edge"
    edge = deployment.services.start("web", [*AT_UNIX_SOCKET, str(socket)], trusted_proxies=trusted)
    project = limited(deployment, address=SCARCE)
    body = {"app_id": project.id, "visitor_id": "ann", "name": "x"}
    ways = [*["198.51.100.9"] * 3, "198.51.100.8"]
    wait_until(socket.exists, what="the edge listens")
    with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(socket)), timeout=30) as client:
        answers = [
            client.post("http://edge/api/widget/track", json=body, headers={"x-forwarded-for": way})
            for way in ways
        ]
    edge.stop()
    assert [each.status_code for each in answers] == statuses


def batch(deployment: Deployment, project: Project, *visitors: str) -> Answer:
    operations = [{"type": "track", "visitor_id": each, "name": "x"} for each in visitors]
    response = project_request(
        deployment, project, "POST", "/api/batch", json={"operations": operations}
    )
    return Answer(response.status_code, response.json(), response.headers)


def project_request(
    deployment: Deployment,
    project: Project,
    method: str,
    path: str,
    content_type: str | None = None,
    **sent: Any,
) -> httpx2.Response:
    headers = {"authorization": f"Bearer {project.created.secret_token}"}
    if content_type is not None:
        headers["content-type"] = content_type
    return deployment.client.request(method, path, headers=headers, **sent)

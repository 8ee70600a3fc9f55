"""Too much at once: who cannot be served soon is told so at once, politely (contract §4, Load)."""

import time
from http.client import HTTPConnection
from pathlib import Path

import httpx2

from tests.acceptance.deployment import Deployment, deploy
from tests.acceptance.project import Project
from tests.services.redis_process import RedisProcess
from tests.services.waiting import wait_until

JSON = {"content-type": "application/json"}
SOON: dict[str, object] = {"accept_wait_s": 1e-9, "redis_timeout_s": 30.0}
"""Whoever has to wait for a trip to Redis at all waits too long."""


def overrun(deployment: Deployment, project: Project, redis: RedisProcess) -> None:
    """Makes calls wait for Redis, one behind the other, until it goes on."""
    assert project.track("ann").status == 200
    redis.pause()
    # Twice: the first may have come while the call before it was about to set out to Redis.
    wait_until(
        lambda: refused(deployment, project) and refused(deployment, project),
        what="newcomers are refused",
    )


def refused(deployment: Deployment, project: Project) -> bool:
    """Whether a write is refused; one that is not waits on for Redis."""
    body = {"app_id": project.id, "visitor_id": "ann", "name": "x"}
    anew = {"connection": "close"}
    try:
        answer = deployment.client.post("/api/widget/track", json=body, headers=anew, timeout=0.5)
    except httpx2.TimeoutException:
        return False
    return answer.status_code == 503


def test_an_edge_that_is_overrun_refuses_writes_at_once_and_recovers(
    own_redis: RedisProcess, database_url: str, tmp_path: Path
) -> None:
    with deploy(own_redis.url, database_url, tmp_path, workers=1, **SOON) as deployment:
        project = deployment.new_project()
        overrun(deployment, project, own_redis)
        answer = project.browser.post(
            "track", {"visitor_id": "ann", "name": "x"}, Origin="https://a.example"
        )
        assert answer.refusal == (503, "unavailable")
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert deployment.client.get("/healthz").status_code == 200
        own_redis.resume()
        wait_until(lambda: project.track("ann").status == 200, what="writes are taken again")


def test_who_comes_again_at_once_is_not_read_for_a_moment(
    own_redis: RedisProcess, sqlite_url: str, tmp_path: Path
) -> None:
    with deploy(own_redis.url, sqlite_url, tmp_path, workers=1, **SOON) as deployment:
        project = deployment.new_project()
        overrun(deployment, project, own_redis)
        connection = HTTPConnection(deployment.web.url.removeprefix("http://"), timeout=10)
        took_s = []
        for _ in range(3):
            began_s = time.monotonic()
            connection.request("POST", "/api/widget/track", b"{}", JSON)
            answer = connection.getresponse()
            assert (answer.status, answer.read()[:1]) == (503, b"{")
            took_s.append(time.monotonic() - began_s)
        connection.close()
        own_redis.resume()
    assert min(took_s[1:]) > 0.4

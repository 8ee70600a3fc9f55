"""Whatever happens behind it, the front door answers, and tells the log no personal data."""

import io
import json
from collections.abc import Iterator

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from ingest_api.front_door import FrontDoor
from ingest_api.metrics import Metrics
from ingest_api.request_log import RequestLog
from tests.services.captured_log import captured_log

pytestmark = pytest.mark.anyio


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with captured_log("ERROR") as stream:
        yield stream


async def test_a_bug_is_answered_503_and_logged_without_the_request(log: io.StringIO) -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        email = "alice@acme.com"
        raise KeyError(len(email))

    door = FrontDoor(broken, Metrics("0"), RequestLog("failed"), retry_after_s=3)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(door), base_url="http://edge"
    ) as client:
        answer = await client.post("/api/widget/identify", content=b"alice@acme.com")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "3"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    [line] = [json.loads(line) for line in log.getvalue().splitlines()]
    assert line["event"] == "request_failed"
    assert line["request_id"] == answer.headers["x-request-id"]
    assert "KeyError" in line["exception"]
    assert "alice" not in log.getvalue()

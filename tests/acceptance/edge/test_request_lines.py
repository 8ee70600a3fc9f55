"""A request's line in the log: which ones have one, and what it names (contract §13)."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from ingest_api.request_log import LINES_A_SECOND, LineLimit
from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.running import Project, RunningEdge
from tests.services.captured_log import captured_log

pytestmark = pytest.mark.anyio

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"
PERSON = "ada@example.com"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with captured_log("INFO") as stream:
        yield stream


def _lines(log: io.StringIO) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in lines if line["event"].startswith("request_")]


async def test_a_refused_request_has_a_line_with_its_ids_and_none_of_its_data(
    log: io.StringIO, sqlite_edge: RunningEdge
) -> None:
    body = {"app_id": "proj_1", "visitor_id": "v1", "email": PERSON, "company_ids": 1}
    headers = {"x-request-id": "mine", "traceparent": TRACEPARENT}
    await sqlite_edge.post(f"identify?q={PERSON}", body, headers)
    (line,) = _lines(log)
    assert (line["event"], line["level"], line["logger"]) == ("request_refused", "info", "hal.edge")
    named = ("request_id", "route", "method", "status", "code", "project_id", "trace_id", "span_id")
    assert [line[name] for name in named] == [
        "mine", "/api/widget/identify", "POST", 400, "invalid_request", "proj_1", TRACE, SPAN,
    ]  # fmt: skip
    assert line["duration_ms"] > 0
    assert PERSON not in json.dumps(line)


async def test_what_is_accepted_has_a_line_only_if_all_are_asked_for(
    log: io.StringIO, start_edge: StartEdge, sqlite_project: Project
) -> None:
    quiet = await start_edge(database_url=sqlite_project.database_url)
    await quiet.post()
    assert _lines(log) == []
    talkative = await start_edge(database_url=sqlite_project.database_url, log_requests="all")
    answer = await talkative.post()
    (line,) = _lines(log)
    assert (line["event"], line["status"]) == ("request_answered", 202)
    assert line["operation_id"] == answer.headers["x-operation-id"]
    assert line["project_id"] == "proj_1"


async def test_a_credential_that_is_refused_names_no_project(
    log: io.StringIO, sqlite_edge: RunningEdge
) -> None:
    await sqlite_edge.post(body={"app_id": "nobody", "visitor_id": "v1"})
    (line,) = _lines(log)
    assert line["code"] == "unauthenticated"
    assert "project_id" not in line


@pytest.mark.parametrize(
    "given", [TRACEPARENT.upper(), "00-0-0-00", "x" * 5000, f"{TRACEPARENT}-more"]
)
async def test_a_hostile_traceparent_is_no_trace(sqlite_edge: RunningEdge, given: str) -> None:
    assert (await sqlite_edge.post(headers={"traceparent": given})).status_code == 202
    (queued,) = sqlite_edge.mailbox()
    assert queued.envelope.traceparent is None


async def test_a_traceparent_may_have_blanks_around_it(sqlite_edge: RunningEdge) -> None:
    await sqlite_edge.post(headers={"traceparent": f" \t{TRACEPARENT}\t "})
    assert sqlite_edge.mailbox()[0].envelope.traceparent == TRACEPARENT


async def test_two_traceparents_are_none(sqlite_edge: RunningEdge) -> None:
    await sqlite_edge.post(headers=[("traceparent", TRACEPARENT)] * 2)
    assert sqlite_edge.mailbox()[0].envelope.traceparent is None


async def test_a_trace_goes_into_the_mailbox_with_each_operation(sqlite_edge: RunningEdge) -> None:
    operation = {"type": "identify", "visitor_id": "v1"}
    headers = {"traceparent": TRACEPARENT}
    await sqlite_edge.post(headers=headers)
    await sqlite_edge.post("batch", {"app_id": "proj_1", "operations": [operation] * 2}, headers)
    traces = [queued.envelope.traceparent for queued in sqlite_edge.mailbox()]
    assert traces == [TRACEPARENT] * 3


def test_of_very_many_lines_a_few_a_second_are_written_and_the_rest_counted() -> None:
    now_s = 5.0
    limit = LineLimit(lambda: now_s)
    first = [limit.admit("unavailable") for _ in range(LINES_A_SECOND + 7)]
    other = limit.admit("rate_limited")
    now_s = 6.0
    assert first == [0] * LINES_A_SECOND + [None] * 7
    assert other == 0
    assert limit.admit("unavailable") == 7
    assert limit.admit("unavailable") == 0

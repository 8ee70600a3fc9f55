"""NDJSON: one operation a line, read as it arrives (contract §10)."""

import gzip
import http.client
import json
from collections.abc import Iterator

import pytest

from tests.acceptance.batches.sending import (
    BatchCaller,
    as_lines,
    codes,
    refusal,
    results,
    track,
    tracks,
)
from tests.acceptance.edge.running import Project, make_project
from tests.services.processes import Services, WebProcess

pytestmark = pytest.mark.anyio

MIB = 1024 * 1024
LINE_LIMIT_BYTES = 256 * 1024


@pytest.mark.parametrize(
    "media_type",
    ["application/x-ndjson", "application/ndjson; charset=utf-8", "Application/JSONL"],
)
async def test_each_line_is_an_operation(caller: BatchCaller, media_type: str) -> None:
    answer = await caller.lines(as_lines(tracks(3)), {"content-type": media_type})
    assert codes(answer) == ["queued"] * 3
    assert caller.waiting_names() == ["e0", "e1", "e2"]


async def test_blank_lines_are_ignored_and_the_last_needs_no_newline(caller: BatchCaller) -> None:
    one, two = (json.dumps(each).encode() for each in tracks(2))
    answer = await caller.lines(b"\n \t\r\n" + one + b"\r\n\n\n" + two)
    assert codes(answer) == ["queued"] * 2


@pytest.mark.parametrize("body", [b"", b"\n\n \n"])
async def test_no_lines_are_an_empty_batch(caller: BatchCaller, body: bytes) -> None:
    answer = await caller.lines(body)
    assert (answer.status_code, answer.json()) == (200, {"results": []})


async def test_chunks_may_end_anywhere_also_within_a_character(caller: BatchCaller) -> None:
    names = ["café", "日本語", "🙂", "plain"]
    body = "".join(json.dumps(track(name), ensure_ascii=False) + "\n" for name in names).encode()
    await caller.lines([body[place : place + 1] for place in range(len(body))])
    assert caller.waiting_names() == names


async def test_a_line_that_is_no_json_is_its_own_problem(caller: BatchCaller) -> None:
    lines = [b'{"type":', b"\xff", b'\xef\xbb\xbf{"type":"track"}', b'{"a":1,"a":2}', b"7", b"[]"]
    good = json.dumps(track()).encode()
    answer = await caller.lines(b"\n".join([good, *lines, good]))
    assert codes(answer) == [
        "queued",
        *["invalid_json"] * 4,
        *["invalid_request"] * 2,
        "queued",
    ]


async def test_a_line_is_no_longer_than_a_request(caller: BatchCaller) -> None:
    empty = len(json.dumps(track(padding="")).encode())
    longest = json.dumps(track(padding="x" * (LINE_LIMIT_BYTES - empty))).encode()
    answer = await caller.lines(
        [longest, b"\n", longest[:-1], b" }\n", json.dumps(track()).encode()]
    )
    assert codes(answer) == ["queued", "payload_too_large", "queued"]
    assert results(answer)[1]["problem"]["status"] == 413


async def test_a_thousand_lines_are_taken_and_no_more(caller: BatchCaller) -> None:
    thousand = as_lines(tracks(1000))
    answer = await caller.lines(thousand + b"{}")
    assert refusal(answer) == (400, "invalid_request", ["/operations"])
    assert caller.edge.mailbox() == []
    assert set(codes(await caller.lines(thousand + b"\n\n"))) == {"queued"}


@pytest.mark.parametrize("is_gzip", [False, True])
async def test_a_body_over_the_limit_is_refused_while_it_arrives(
    caller: BatchCaller, is_gzip: bool
) -> None:
    line = json.dumps(track(padding="x" * 100_000)).encode() + b"\n"
    body = line * (4 * MIB // len(line) + 1)
    headers = {"content-encoding": "gzip"} if is_gzip else {}
    answer = await caller.lines([gzip.compress(body) if is_gzip else body], headers)
    assert refusal(answer)[:2] == (413, "payload_too_large")
    assert caller.edge.mailbox() == []


async def test_gzip_is_inflated_on_the_way(caller: BatchCaller) -> None:
    body = gzip.compress(as_lines(tracks(2))) + gzip.compress(as_lines(tracks(2)))
    chunks = [body[place : place + 7] for place in range(0, len(body), 7)]
    answer = await caller.lines(chunks, {"content-encoding": "gzip"})
    assert codes(answer) == ["queued"] * 4
    assert caller.waiting_names() == ["e0", "e1", "e0", "e1"]


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(as_lines(tracks(9)))[:-9],
        gzip.compress(as_lines(tracks(9))) + b"more",
        as_lines(tracks(9)),
        gzip.compress(b"{}\n") * 17,
    ],
)
async def test_broken_gzip_accepts_nothing(caller: BatchCaller, body: bytes) -> None:
    answer = await caller.lines(body, {"content-encoding": "gzip"})
    assert refusal(answer)[:2] == (400, "invalid_request")
    assert caller.edge.mailbox() == []


async def test_other_codings_are_refused(caller: BatchCaller) -> None:
    answer = await caller.lines(as_lines([track()]), {"content-encoding": "br"})
    assert refusal(answer)[:2] == (415, "unsupported_media_type")


async def test_the_lane_of_lines_is_named_in_the_query(caller: BatchCaller) -> None:
    assert codes(await caller.lines(as_lines([track()]), query="?lane=bulk")) == ["queued"]
    answer = await caller.lines(as_lines([track()]), query="?lane=slow")
    assert refusal(answer) == (400, "invalid_request", ["/lane"])


@pytest.fixture
def project(services: Services) -> Iterator[Project]:
    with make_project(services.database_url, "proj_1") as made:
        yield made


@pytest.fixture
def web(services: Services, project: Project) -> WebProcess:
    return services.start_web(account_wait_s=0)


def test_a_body_that_breaks_off_accepts_nothing(web: WebProcess, project: Project) -> None:
    connection = _connected(web)
    _begin(connection, project)
    connection.send(b"%x\r\n%s\r\n" % (len(as_lines(tracks(9))), as_lines(tracks(9))))
    connection.close()
    connection = _connected(web)
    _begin(connection, project)
    body = as_lines([track("later")])
    connection.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
    answer = json.loads(connection.getresponse().read())
    connection.close()
    (result,) = answer["results"]
    assert result["outcome"]["status"] == "queued"
    assert 'hal_operations_accepted_total{lane="live",type="track"} 1.0' in _metrics(web)


def test_lines_that_are_refused_halfway_get_their_answer(web: WebProcess, project: Project) -> None:
    connection = _connected(web)
    _begin(connection, project)
    for _ in range(40):
        chunk = b"{}\n" * 20_000
        connection.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))
    connection.send(b"0\r\n\r\n")
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (400, "invalid_request")
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()


def _connected(web: WebProcess) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(web.url.removeprefix("http://"), timeout=10)


def _begin(connection: http.client.HTTPConnection, project: Project) -> None:
    connection.putrequest("POST", "/api/batch")
    connection.putheader("authorization", f"Bearer {project.created.secret_token}")
    connection.putheader("content-type", "application/x-ndjson")
    connection.putheader("transfer-encoding", "chunked")
    connection.endheaders()


def _metrics(web: WebProcess) -> str:
    connection = _connected(web)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return text

"""Bytes on a connection of the real edge: a request is answered as itself, or not at all (§4)."""

import json
import socket
from collections.abc import Iterator

import pytest

from ingest_api.http_protocol import HEAD_LIMIT_BYTES, HEADERS_LIMIT
from tests.acceptance.edge.web_process import web_process
from tests.services.processes import WebProcess
from tests.services.waiting import wait_until

POST = b"POST /api/widget/identify HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\n"
BODY = b'{"app_id":"proj_1","visitor_id":"v1"}'
WHOLE = POST + b"content-length: %d\r\n\r\n" % len(BODY) + BODY
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nhost: edge\r\n\r\n"
GET = b"GET /healthz HTTP/1.1\r\nhost: edge\r\n"
LAST = GET + b"connection: close\r\n\r\n"
SOON_S = 0.4


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    impatient = {"head_timeout_s": SOON_S, "body_timeout_s": SOON_S}
    with web_process(tmp_path_factory.mktemp("raw"), **impatient) as running:
        yield running


def _connect(web: WebProcess) -> socket.socket:
    host, _, port = web.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def _until_closed(connection: socket.socket) -> bytes:
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def _said(web: WebProcess, *pieces: bytes) -> list[tuple[int, dict[str, str], bytes]]:
    """The answers until the edge closes: status, headers, body."""
    with _connect(web) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
        return _answers(_until_closed(connection))


def _answers(rest: bytes) -> list[tuple[int, dict[str, str], bytes]]:
    answers = []
    while rest:
        head, separator, rest = rest.partition(b"\r\n\r\n")
        assert separator, head
        status, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        length = int(headers.get("content-length", "0"))
        answers.append((int(status.split(" ")[1]), headers, rest[:length]))
        rest = rest[length:]
    return answers


def _expect_refused(web: WebProcess, request: bytes, status: int = 400) -> None:
    [(given, headers, body)] = _said(web, request)
    assert given == status
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert headers["x-content-type-options"] == "nosniff"
    assert json.loads(body)["request_id"] == headers["x-request-id"]


CHUNKED = POST + b"transfer-encoding: chunked\r\n\r\n"
AMBIGUOUS = {
    "length and chunks": POST + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": POST + b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"content-length: 2\r\ncontent-length: 40\r\n\r\n{}",
    "the same length twice": POST + b"content-length: 2\r\ncontent-length: 2\r\n\r\n{}",
    "a list of lengths": POST + b"content-length: 2, 2\r\n\r\n{}",
    "a signed length": POST + b"content-length: +2\r\n\r\n{}",
    "a negative length": POST + b"content-length: -1\r\n\r\n{}",
    "a length in hex": POST + b"content-length: 0x2\r\n\r\n{}",
    "a length beyond 64 bits": POST + b"content-length: 99999999999999999999999\r\n\r\n{}",
    "chunked not last": POST + b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunked by another name": POST + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    "coded beside the chunks": POST + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "two hosts": POST + b"host: other\r\ncontent-length: 2\r\n\r\n{}",
    "the same host twice": POST + b"Host: edge\r\ncontent-length: 2\r\n\r\n{}",
    "no host": b"POST /api/widget/track HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}",
    "a host with a path": b"GET /healthz HTTP/1.1\r\nhost: edge/other\r\n\r\n",
    "a host with a user": b"GET /healthz HTTP/1.1\r\nhost: a@edge\r\n\r\n",
    "a list of hosts": b"GET /healthz HTTP/1.1\r\nhost: edge, other\r\n\r\n",
    "a space before the colon": POST + b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded line": POST + b"transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a bare CR": POST + b"x: a\rcontent-length: 2\r\n\r\n{}",
    "a bare LF": POST + b"x: a\ncontent-length: 2\n\n{}",
    "NUL in a value": POST + b"x: a\0b\r\ncontent-length: 2\r\n\r\n{}",
    "NUL in a name": POST + b"x\0y: a\r\ncontent-length: 2\r\n\r\n{}",
    "an empty name": POST + b": a\r\n\r\n",
    "no colon": POST + b"nonsense\r\n\r\n",
    "a chunk size that is none": POST + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
    "a chunk size beyond 64 bits": CHUNKED + b"f" * 17 + b"\r\n",
    "a chunk longer than it says": POST + b"transfer-encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
    "a space in the target": b"GET /a b HTTP/1.1\r\nhost: edge\r\n\r\n",
    "a target without a slash": b"GET healthz HTTP/1.1\r\nhost: edge\r\n\r\n",
    "CONNECT": b"CONNECT edge:80 HTTP/1.1\r\nhost: edge\r\n\r\n",
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/3.0": b"GET /healthz HTTP/3.0\r\nhost: edge\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00",
}  # fmt: skip


@pytest.mark.parametrize("request_", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_can_be_read_in_two_ways_is_refused_and_the_connection_ends(
    web: WebProcess, request_: bytes
) -> None:
    answers = _said(web, request_ + SMUGGLED)
    assert [status for status, _, _ in answers] == [400]
    _expect_refused(web, request_)


def test_a_head_that_is_too_large_is_refused(web: WebProcess) -> None:
    value = b"x: " + b"a" * HEAD_LIMIT_BYTES + b"\r\n"
    _expect_refused(web, GET + value + b"\r\n", 431)
    _expect_refused(web, GET + value * 3, 431)
    _expect_refused(web, b"GET /" + b"a" * HEAD_LIMIT_BYTES * 2, 431)
    _expect_refused(web, GET + b"x: a\r\n" * (HEADERS_LIMIT + 1) + b"\r\n", 431)
    [(status, _, _)] = _said(web, GET + b"x: a\r\n" * 90 + b"connection: close\r\n\r\n")
    assert status == 200


@pytest.mark.parametrize(
    "endless", [b"1;" + b"x" * HEAD_LIMIT_BYTES * 2, b"0\r\nx: " + b"a" * HEAD_LIMIT_BYTES * 2]
)
def test_extensions_and_trailers_without_end_are_refused(web: WebProcess, endless: bytes) -> None:
    _expect_refused(web, POST + b"transfer-encoding: chunked\r\n\r\n" + endless, 431)


def test_a_trailer_is_no_header(web: WebProcess) -> None:
    chunked = POST + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    body = b"%x;ext=1\r\n%b\r\n0\r\nprefer: wait=1\r\nauthorization: Bearer sk_x\r\n\r\n"
    [(status, _, _)] = _said(web, chunked + body % (len(BODY), BODY))
    assert status == 202


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"GE", GET, GET + b"x: a"])
def test_a_head_that_does_not_come_is_not_waited_for(web: WebProcess, begun: bytes) -> None:
    answers = [status for status, _, _ in _said(web, begun)]
    assert answers in ([], [408])


@pytest.mark.parametrize("path", [b"/api/widget/identify", b"/api/widget/batch"])
def test_a_body_that_does_not_come_is_not_waited_for(web: WebProcess, path: bytes) -> None:
    begun = POST.replace(b"/api/widget/identify", path) + b"content-length: 40\r\n\r\n{"
    _expect_refused(web, begun, 408)


def test_requests_behind_one_another_are_answered_in_their_order(web: WebProcess) -> None:
    first = WHOLE.replace(b"host: edge", b"host: edge\r\nx-request-id: first")
    bad = POST.replace(b"host: edge", b"host: edge\r\nx-request-id: second")
    answers = _said(web, first + bad + b"content-length: 2\r\n\r\n{}" + LAST)
    told = [(status, headers["x-request-id"]) for status, headers, _ in answers]
    assert told[:2] == [(202, "first"), (401, "second")]
    assert [status for status, _ in told] == [202, 401, 200]


@pytest.mark.parametrize("nonsense", [b"\x16\x03\x01", b"GET /a b HTTP/1.1\r\n\r\n"])
def test_nonsense_behind_a_request_is_not_its_answer(web: WebProcess, nonsense: bytes) -> None:
    answers = [status for status, _, _ in _said(web, WHOLE + nonsense + SMUGGLED)]
    assert answers in ([202], [202, 400])


def test_a_body_of_a_refused_request_is_no_request(web: WebProcess) -> None:
    unknown = b"POST /nowhere HTTP/1.1\r\nhost: edge\r\ncontent-length: %d\r\n\r\n" % len(SMUGGLED)
    answers = _said(web, unknown + SMUGGLED + LAST)
    assert [status for status, _, _ in answers] == [404, 200]


def test_a_body_that_trickles_behind_its_refusal_is_not_waited_for(web: WebProcess) -> None:
    unknown = b"POST /nowhere HTTP/1.1\r\nhost: edge\r\ncontent-length: 100000\r\n\r\n"
    with _connect(web) as connection:
        connection.sendall(unknown)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 404 ")

        def is_closed() -> bool:
            try:
                connection.sendall(b"x")
            except OSError:
                return True
            return False

        wait_until(is_closed, 10 * SOON_S, "the edge closes")


@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket"])
def test_no_connection_is_upgraded(web: WebProcess, upgrade: bytes) -> None:
    asked = GET + b"connection: upgrade\r\nupgrade: " + upgrade + b"\r\n\r\n"
    [(status, _, _)] = _said(web, asked + SMUGGLED)
    assert status == 200


def test_a_promised_body_is_asked_for_once(web: WebProcess) -> None:
    head = POST + b"expect: 100-continue\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    with _connect(web) as connection:
        connection.sendall(head % len(BODY))
        assert connection.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(BODY)
        [(status, _, _)] = _answers(_until_closed(connection))
    assert status == 202


def test_who_sends_no_more_gets_its_answer_or_a_close(web: WebProcess) -> None:
    with _connect(web) as connection:
        connection.sendall(WHOLE.replace(b"host: edge", b"host: edge\r\nconnection: close"))
        connection.shutdown(socket.SHUT_WR)
        answers = [status for status, _, _ in _answers(_until_closed(connection))]
    assert answers in ([], [202])


@pytest.mark.parametrize("target", [b"http://edge/healthz", b"HTTP://other:9/healthz?a=b"])
def test_a_target_with_a_host_names_the_same_route(web: WebProcess, target: bytes) -> None:
    [(status, headers, _)] = _said(web, LAST.replace(b"/healthz", target))
    assert (status, headers["x-content-type-options"]) == (200, "nosniff")


@pytest.mark.parametrize(
    "host", [b"edge", b"EDGE.example:8080", b"[2001:db8::1]:80", b"a_b-c.", b""]
)
def test_a_host_may_have_any_name(web: WebProcess, host: bytes) -> None:
    [(status, _, _)] = _said(web, LAST.replace(b"host: edge", b"host: " + host))
    assert status == 200


def test_http_1_0_is_answered_and_closed(web: WebProcess) -> None:
    [(status, headers, _)] = _said(web, b"GET /healthz HTTP/1.0\r\n\r\n")
    assert (status, headers["connection"]) == (200, "close")


def test_who_leaves_early_harms_nobody(web: WebProcess) -> None:
    for begun in (WHOLE, WHOLE[:-1], POST, b"G"):
        with _connect(web) as connection:
            connection.sendall(begun)
    [(status, _, _)] = _said(web, LAST)
    assert status == 200
    assert "request_failed" not in web.output()
    assert "Exception in ASGI" not in web.output()

"""What only a real connection shows: refused bodies, smuggling, many edge processes."""

import http.client
import json
import socket
from collections.abc import Iterator

import pytest

from tests.acceptance.edge.web_process import web_process
from tests.services.processes import WebProcess

LARGE_BYTES = 3 * 1024 * 1024


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    with web_process(tmp_path_factory.mktemp("http")) as running:
        yield running


def _address(web: WebProcess) -> tuple[str, int]:
    host, _, port = web.url.removeprefix("http://").partition(":")
    return host, int(port)


def _said(web: WebProcess, request: bytes) -> bytes:
    with socket.create_connection(_address(web), timeout=10) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def test_a_body_that_is_too_large_still_gets_its_answer(web: WebProcess) -> None:
    headers = {"content-type": "application/json"}
    for body in (b" " * LARGE_BYTES, iter([b" " * 65_536] * (LARGE_BYTES // 65_536))):
        connection = http.client.HTTPConnection(*_address(web), timeout=10)
        connection.request("POST", "/api/widget/identify", body, headers)
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["code"] == "payload_too_large"
        connection.close()


def test_a_refusal_does_not_ask_for_a_body_first(web: WebProcess) -> None:
    said = _said(
        web,
        b"POST /api/widget/identify HTTP/1.1\r\nhost: edge\r\nexpect: 100-continue\r\n"
        b"content-type: application/json\r\ncontent-length: 99999999\r\n\r\n",
    )
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in said


def test_two_lengths_are_no_request(web: WebProcess) -> None:
    said = _said(
        web,
        b"POST /api/widget/identify HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\n"
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
        b"GET /healthz HTTP/1.1\r\nhost: edge\r\nconnection: close\r\n\r\n",
    )
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("nonsense", [b"BREW / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b"GET\r\n\r\n"])
def test_what_is_no_http_is_answered_with_a_problem(web: WebProcess, nonsense: bytes) -> None:
    head, _, body = _said(web, nonsense).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    problem = json.loads(body)
    assert problem["code"] == "invalid_request"
    assert f"x-request-id: {problem['request_id']}".encode() in head


@pytest.mark.parametrize("target", [b"*", b"/api/contacts/", b"/nowhere"])
@pytest.mark.parametrize("method", [b"GET", b"OPTIONS", b"POST"])
def test_what_is_at_no_route_is_not_found(web: WebProcess, method: bytes, target: bytes) -> None:
    said = _said(
        web, method + b" " + target + b" HTTP/1.1\r\nhost: edge\r\nconnection: close\r\n\r\n"
    )
    assert said.startswith(b"HTTP/1.1 404 ")
    assert b'"code":"not_found"' in said

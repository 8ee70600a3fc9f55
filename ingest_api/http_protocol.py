"""What is no HTTP at all is answered like everything else: problem+json with a request id (§4)."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ingest_api.errors import invalid_request, problem_answer
from ingest_api.request_ids import new_request_id


class EdgeProtocol(HttpToolsProtocol):
    """uvicorn's parser (httptools: h11 lets requests with both length and chunks pass)."""

    def send_400_response(self, msg: str) -> None:
        """Answers bytes that cannot be parsed, and closes; `msg` may quote them and is not sent."""
        request_id = new_request_id()
        answer = problem_answer(invalid_request("This is no valid HTTP request."), request_id)
        headers = (
            *answer.headers,
            (b"content-length", b"%d" % len(answer.body)),
            (b"x-request-id", request_id.encode()),
            (b"connection", b"close"),
        )
        head = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[400] + head + b"\r\n" + answer.body)
        self.transport.close()

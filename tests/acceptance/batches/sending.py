"""How the tests of batches send them."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.acceptance.edge.running import Project, RunningEdge

Json = dict[str, Any]
LINES = "application/x-ndjson"


@dataclass
class BatchCaller:
    """Sends batches to an edge in this process, for project `proj_1`."""

    edge: RunningEdge
    project: Project

    async def account(
        self,
        operations: Any,
        headers: Mapping[str, str] | None = None,
        query: str = "",
        **fields: Any,
    ) -> httpx2.Response:
        """Post an account batch with the secret token."""
        body = json.dumps({"operations": operations, **fields}).encode()
        return await self.send(body, headers=headers, query=query)

    async def widget(
        self, operations: Any, headers: Mapping[str, str] | None = None, **fields: Any
    ) -> httpx2.Response:
        """Post a widget batch with the project's id alone."""
        body = {"app_id": "proj_1", "operations": operations, **fields}
        return await self.edge.post("batch", body, headers)

    async def lines(
        self,
        body: bytes | Sequence[bytes],
        headers: Mapping[str, str] | None = None,
        query: str = "",
    ) -> httpx2.Response:
        """Post NDJSON, in chunks that end where the given ones do."""
        content = body if isinstance(body, bytes) else _streamed(body)
        return await self.send(content, {"content-type": LINES, **(headers or {})}, query)

    async def send(
        self,
        body: bytes | AsyncIterator[bytes],
        headers: Mapping[str, str] | None = None,
        query: str = "",
    ) -> httpx2.Response:
        """Post bytes to the account route with the secret token."""
        given = {
            "content-type": "application/json",
            "authorization": f"Bearer {self.project.created.secret_token}",
        } | dict(headers or {})
        return await self.edge.client.post(f"/api/batch{query}", content=body, headers=given)

    def waiting_names(self) -> list[Any]:
        """The names of the tracked events in the mailbox, in their order."""
        return [queued.envelope.payload["name"] for queued in self.edge.mailbox()]


async def _streamed(chunks: Sequence[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def track(name: object = "login", **fields: Any) -> Json:
    """An operation of a batch."""
    return {"type": "track", "visitor_id": "v1", "name": name, **fields}


def tracks(count: int) -> list[Json]:
    """Operations whose names tell their order."""
    return [track(f"e{number}") for number in range(count)]


def as_lines(operations: Sequence[object]) -> bytes:
    """One operation a line."""
    return b"".join(json.dumps(each).encode() + b"\n" for each in operations)


def results(answer: httpx2.Response) -> list[Json]:
    """The results of a batch that was taken, after a look at their places."""
    assert answer.status_code in (200, 202), answer.text
    listed: list[Json] = answer.json()["results"]
    assert [each["index"] for each in listed] == list(range(len(listed)))
    return listed


def codes(answer: httpx2.Response) -> list[str]:
    """Of each result its problem's code, or the status of its outcome."""
    return [
        each["problem"]["code"] if "problem" in each else each["outcome"]["status"]
        for each in results(answer)
    ]


def refusal(answer: httpx2.Response) -> tuple[int, str, list[str]]:
    """Status, code and pointers of a batch that is refused as a whole."""
    problem = answer.json()
    pointers = [each["pointer"] for each in problem.get("errors", ())]
    return answer.status_code, problem["code"], pointers

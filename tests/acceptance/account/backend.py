"""Callers of the account and v1 routes, and what they are answered."""

import json
from collections.abc import Mapping
from typing import Any

import httpx2

from tests.acceptance.project import Answer

Json = dict[str, Any]


class Backend:
    """A caller with these credential headers, or none."""

    def __init__(self, client: httpx2.Client, credential: Mapping[str, str]) -> None:
        self._client = client
        self._credential = dict(credential)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send a request; a body as JSON, bytes as they are, headers as `Idempotency_Key="k"`."""
        sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        content: bytes | None = body if isinstance(body, bytes) else None
        if body is not None and content is None:
            content = json.dumps(body).encode()
        if content is not None:
            sent = {"content-type": "application/json"} | sent
        response = self._client.request(
            method, path, content=content, headers=self._credential | sent
        )
        document = response.json() if response.content else {}
        return Answer(response.status_code, document, response.headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: object, **headers: str) -> Answer:
        return self.send("PATCH", path, body, **headers)

    def put(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.send("PUT", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.send("DELETE", path, **headers)

    def make(self, path: str, **fields: object) -> Json:
        """Make a record and return it."""
        answer = self.post(path, fields)
        assert answer.status == 201, answer.body
        return answer.body


def by_bearer(client: httpx2.Client, key: str) -> Backend:
    """Someone who sends `Authorization: Bearer`."""
    return Backend(client, {"authorization": f"Bearer {key}"})


def by_api_key(client: httpx2.Client, key: str) -> Backend:
    """Someone who sends `X-API-Key`."""
    return Backend(client, {"x-api-key": key})


def pointers(answer: Answer) -> list[tuple[str, str]]:
    """(pointer, code) of each field fault of a refusal."""
    return [(fault["pointer"], fault["code"]) for fault in answer.body["errors"]]

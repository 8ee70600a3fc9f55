"""Sends the document's examples to a running edge, as a client made from the document would."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import httpx2
from sqlalchemy import insert

from ingest_api.openapi.description import Description, Example, RouteKey
from ingest_api.openapi.route_descriptions import DESCRIPTIONS
from models.tables import DeadLetterTable
from tests.acceptance.documents.conforming import Described
from tests.acceptance.documents.story import Ids
from tests.acceptance.project import Project
from workers.mailbox.envelope import Envelope
from workers.mailbox.post import new_nonce

PATIENT = {"prefer": "wait=30"}
PLAYED: dict[str, tuple[RouteKey, Description, Example]] = {
    example.name: (key, description, example)
    for key, description in DESCRIPTIONS.items()
    for example in description.examples
}


@dataclass
class Player:
    """A project, the client of its edge, and the ids that its examples have here."""

    project: Project
    client: httpx2.Client
    described: Described
    ids: Ids

    def play(self, name: str) -> httpx2.Response:
        """One example: the status it promises, and an answer that the document describes."""
        key, description, example = PLAYED[name]
        answer = self.send(key, description, example)
        assert answer.status_code == example.status, (name, answer.status_code, answer.text)
        self.described.judge(description.operation_id, answer)
        self.ids.learn(name, answer)
        return answer

    def send(self, key: RouteKey, description: Description, example: Example) -> httpx2.Response:
        """Send an example with the credential of its family."""
        method, path = key
        for parameter, value in self.ids.put_into(dict(example.path)).items():
            path = path.replace(f"{{{parameter}}}", quote(value, safe=""))
        patience = PATIENT if example.status != 202 else {}
        headers = {**self.credential(description.family), **patience, **example.headers}
        content: str | None = None
        if description.body is not None:
            body = self.ids.put_into(example.body)
            content = body if isinstance(body, str) else json.dumps(body)
            headers["content-type"] = example.media_type
        query = self.ids.put_into(dict(example.query))
        return self.client.request(method, path, params=query, content=content, headers=headers)

    def known_parameters(self, operation_id: str) -> dict[str, str]:
        """The parameters of the path in an operation's first example, as they are here."""
        description = next(
            each for each in DESCRIPTIONS.values() if each.operation_id == operation_id
        )
        path: dict[str, str] = self.ids.put_into(dict(description.examples[0].path))
        return path

    def credential(self, family: str) -> Mapping[str, str]:
        """The header by which a caller of this family says who it is."""
        created = self.project.created
        return {
            "account": {"authorization": f"Bearer {created.secret_token}"},
            "v1": {"x-api-key": created.api_key},
        }.get(family, {})


def player_in(project: Project, client: httpx2.Client) -> Player:
    """A player in a project where operations were set aside."""
    ids = Ids(
        PROJECT_ID=project.id,
        DEAD_LETTER_ID=set_aside(project),
        OTHER_DEAD_LETTER_ID=set_aside(project),
    )
    return Player(project, client, Described.of(client), ids)


def set_aside(project: Project) -> str:
    """An operation that failed by itself once, and would not fail again."""
    operation_id = f"op_{new_nonce().rjust(32, '0')[:32]}"
    envelope = Envelope(
        new_nonce(), "track", "publishable", {"visitor_id": "user_456", "name": "late"}, ""
    )
    letter = DeadLetterTable(
        project_id=project.id,
        operation_id=operation_id,
        type="track",
        envelope=envelope.as_document(),
        reason="ValueError",
        failed_at_ms=time.time_ns() // 1_000_000,
    )
    project.write(lambda c: c.execute(insert(DeadLetterTable).values(letter.model_dump())))
    return operation_id

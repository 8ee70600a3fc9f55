"""Operations that were set aside: asked for again once, or forgotten (contract §11)."""

from typing import Any

import pytest
import redis

from tests.acceptance.account.access import set_aside
from tests.acceptance.account.backend import Backend
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Project
from workers.mailbox.envelope import Envelope, encode, read_entry
from workers.mailbox.layout import READY, mailbox_key
from workers.mailbox.post import new_nonce

POISON = Envelope(new_nonce(), "track", "publishable", {"visitor_id": "v1", "no_such": 1}, "")
IDENTIFY = {"visitor_id": "v1", "user_id": "u1"}


def _letters(backend: Backend) -> list[str]:
    return [str(letter["id"]) for letter in backend.get("/api/dead-letters").body["items"]]


def _stuff(deployment: Deployment, project: Project, raw: bytes) -> str:
    """Put an entry into the mailbox that no edge would; return its operation's id."""
    with redis.Redis.from_url(deployment.redis_url) as client:
        entry_id: Any = client.xadd(mailbox_key(project.id), {"e": raw})
        client.zadd(READY, {project.id: int(entry_id.partition(b"-")[0])}, nx=True)
    return read_entry(entry_id.decode(), {b"e": raw}).operation_id


def test_a_replay_is_a_new_operation_and_answers_with_its_outcome(
    backend: Backend, project: Project
) -> None:
    letter = set_aside(project, "identify", IDENTIFY)
    answer = backend.post(f"/api/dead-letters/{letter}/replay", {})
    assert (answer.status, answer.result) == (200, "applied")
    assert answer.body["type"] == "identify"
    assert answer.body["contact_id"] == project.visitor("v1")["contact_id"]
    assert answer.body["operation_id"] == answer.operation_id != letter
    (row,) = project.operations(answer.operation_id)
    assert row["caller"] == "publishable"
    assert _letters(backend) == []


def test_a_dead_letter_is_replayed_once(backend: Backend, project: Project) -> None:
    letter = set_aside(project, "track", {"visitor_id": "v1", "name": "login"})
    path = f"/api/dead-letters/{letter}/replay"
    queued = [backend.send("POST", path, Prefer="respond-async") for _ in range(3)]
    receipts = [project.settled(answer.operation_id) for answer in queued if answer.status == 202]
    assert [receipt["status"] for receipt in receipts].count("applied") == 1
    refused = [receipt["problem"]["code"] for receipt in receipts if receipt["problem"]]
    assert set(refused) <= {"dead_letter_replayed"}
    assert backend.send("POST", path).refusal == (404, "not_found")
    assert len(project.stored()["events"]) == 1


def test_a_replay_that_is_refused_says_why(backend: Backend, project: Project) -> None:
    letter = set_aside(project, "set_stage", {"visitor_id": "nobody", "stage_name": "Lead"})
    answer = backend.send("POST", f"/api/dead-letters/{letter}/replay")
    assert answer.refusal == (404, "visitor_not_found")


def test_a_replay_goes_behind_what_was_accepted_before(backend: Backend, project: Project) -> None:
    letter = set_aside(project, "identify", IDENTIFY | {"name": "Old"})
    backend.post("/api/contacts", {"user_id": "u1", "name": "New"}, Prefer="respond-async")
    backend.send("POST", f"/api/dead-letters/{letter}/replay")
    assert project.contact("v1")["name"] == "Old"


def test_a_repeated_replay_is_the_same_operation(backend: Backend, project: Project) -> None:
    letters = [
        set_aside(project, "track", {"visitor_id": "v1", "name": name}, number)
        for number, name in enumerate("ab")
    ]
    paths = [f"/api/dead-letters/{letter}/replay" for letter in letters]
    first = backend.send("POST", paths[0], Idempotency_Key="k", Prefer="respond-async")
    again = backend.send("POST", paths[0], Idempotency_Key="k", Prefer="wait=20")
    other = backend.send("POST", paths[1], Idempotency_Key="k")
    assert (again.status, again.operation_id) == (200, first.operation_id)
    assert other.refusal == (422, "idempotency_key_reused")


def test_a_replay_is_repeated_after_the_dead_letter_has_gone(
    backend: Backend, project: Project
) -> None:
    letter = set_aside(project, "identify", IDENTIFY)
    path = f"/api/dead-letters/{letter}/replay"
    first = backend.send("POST", path, Idempotency_Key="k")
    again = backend.send("POST", path, Idempotency_Key="k")
    assert (again.status, again.body) == (first.status, first.body) == (200, first.body)
    assert again.headers["idempotent-replayed"] == "true"
    for other in (
        backend.send("POST", path),
        backend.send("POST", path, Idempotency_Key="other"),
        backend.send("POST", path.replace(letter, "op_" + "9" * 32), Idempotency_Key="k"),
    ):
        assert other.refusal == (404, "not_found")


def test_what_fails_again_is_set_aside_again(
    backend: Backend, deployment: Deployment, project: Project
) -> None:
    letter = _stuff(deployment, project, encode(POISON))
    assert project.settled(letter)["status"] == "failed"
    answer = backend.send("POST", f"/api/dead-letters/{letter}/replay")
    assert answer.refusal == (422, "operation_failed")
    assert _letters(backend) == [answer.operation_id]


def test_what_nobody_could_read_is_kept_for_people_to_look_at(
    backend: Backend, deployment: Deployment, project: Project
) -> None:
    letter = _stuff(deployment, project, b"no envelope at all")
    assert project.settled(letter)["status"] == "failed"
    answer = backend.send("POST", f"/api/dead-letters/{letter}/replay")
    assert answer.refusal == (409, "dead_letter_malformed")
    assert _letters(backend) == [letter]


def test_a_discarded_dead_letter_is_gone(backend: Backend, project: Project) -> None:
    letter = set_aside(project, "identify", IDENTIFY)
    assert backend.delete(f"/api/dead-letters/{letter}").status == 204
    assert _letters(backend) == []
    for method, path in (("DELETE", ""), ("POST", "/replay")):
        answer = backend.send(method, f"/api/dead-letters/{letter}{path}")
        assert answer.refusal == (404, "not_found")
    assert project.stored()["visitors"] == {}


@pytest.mark.parametrize("body", [{"visitor_id": "v2"}, {"force": True}])
def test_a_replay_takes_no_fields(backend: Backend, project: Project, body: dict[str, Any]) -> None:
    letter = set_aside(project, "identify", IDENTIFY)
    answer = backend.post(f"/api/dead-letters/{letter}/replay", body)
    assert answer.refusal == (400, "invalid_request")
    assert _letters(backend) == [letter]

"""An operation that fails by itself (contract §4): its receipt says so, all others are applied."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis

from models.tables import DeadLetterTable
from tests.acceptance.deployment import Deployment, deploy
from tests.acceptance.project import Answer, Project
from tests.services.poisoned import start_poisoned_worker
from tests.services.waiting import wait_until
from workers.mailbox.envelope import Envelope, encode, read_entry
from workers.mailbox.layout import READY, mailbox_key
from workers.mailbox.post import new_nonce

ENVELOPE = Envelope(new_nonce(), "track", "publishable", {"visitor_id": "ann", "no_such": 1}, "")


@pytest.mark.parametrize("raw", [encode(ENVELOPE), b"no envelope at all"])
def test_its_receipt_says_failed_and_everything_around_it_is_applied_in_order(
    deployment: Deployment, raw: bytes
) -> None:
    project = deployment.new_project()
    before = project.post("identify", {"visitor_id": "ann", "user_id": "u1"}, Prefer="wait=20")
    poison = _put_into_the_mailbox(deployment, project, raw)
    after = project.set_deal("ann", 5)
    assert (before.status, after.status) == (200, 200)
    receipt = project.settled(poison)
    assert (receipt["status"], receipt["outcome"]) == ("failed", None)
    assert receipt["problem"]["code"] == "operation_failed"
    assert receipt["problem"]["operation_id"] == poison
    assert [row["id"] for row in _in_sequence(project)] == [
        before.operation_id,
        poison,
        after.operation_id,
    ]
    (letter,) = project.rows(DeadLetterTable)
    assert letter["operation_id"] == poison


def test_the_caller_of_what_kills_its_worker_gets_422_and_those_around_it_their_outcomes(
    redis_url: str, database_url: str, tmp_path: Path
) -> None:
    with deploy(redis_url, database_url, tmp_path, workers=0) as deployment:
        project = deployment.new_project()
        names = ["before", "leaves", "after"]
        with ThreadPoolExecutor(len(names)) as callers:
            asked = []
            for place, name in enumerate(names):
                asked.append(callers.submit(_track, project, name))
                _await_waiting(deployment, project, place + 1)
            start_poisoned_worker(deployment.services)
        before, poison, after = (each.result() for each in asked)
        assert [before.status, after.status] == [200, 200]
        assert poison.refusal == (422, "operation_failed")
        ids = [each.operation_id for each in (before, poison, after)]
        assert [row["id"] for row in _in_sequence(project)] == ids
        (letter,) = project.rows(DeadLetterTable)
        assert (letter["operation_id"], letter["reason"]) == (ids[1], "killed_worker")


def _track(project: Project, name: str) -> Answer:
    return project.post("track", {"visitor_id": "ann", "name": name}, Prefer="wait=30")


def _await_waiting(deployment: Deployment, project: Project, count: int) -> None:
    with redis.Redis.from_url(deployment.redis_url) as client:
        wait_until(lambda: client.xlen(mailbox_key(project.id)) == count, what="it was accepted")


def _put_into_the_mailbox(deployment: Deployment, project: Project, raw: bytes) -> str:
    with redis.Redis.from_url(deployment.redis_url) as client:
        entry_id: Any = client.xadd(mailbox_key(project.id), {"e": raw})
        client.zadd(READY, {project.id: int(entry_id.partition(b"-")[0])}, nx=True)
    return read_entry(entry_id.decode(), {b"e": raw}).operation_id


def _in_sequence(project: Project) -> list[dict[str, Any]]:
    return sorted(project.rows_of_ledger(), key=lambda row: int(row["sequence"]))

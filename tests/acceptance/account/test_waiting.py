"""How long an account write waits, and what it is answered (contract §4)."""

import time
from pathlib import Path

import pytest

from tests.acceptance.account.backend import Backend, by_api_key, by_bearer
from tests.acceptance.deployment import deploy
from tests.acceptance.project import Project
from tests.services.redis_process import RedisProcess


@pytest.mark.parametrize(
    ("method", "path", "body", "operation_type"),
    [
        ("POST", "/api/contacts", {}, "create_contact"),
        ("PATCH", "/api/contacts/con_1", {}, "update_contact"),
        ("DELETE", "/api/contacts/con_1", None, "delete_contact"),
        ("PUT", "/api/contacts/con_1/companies/com_1", None, "link_company"),
        ("DELETE", "/api/contacts/con_1/companies/com_1", None, "unlink_company"),
        ("POST", "/api/companies", {}, "create_company"),
        ("PATCH", "/api/companies/com_1", {}, "update_company"),
        ("DELETE", "/api/companies/com_1", None, "delete_company"),
        ("POST", "/api/stages", {"name": "New"}, "create_stage"),
        ("PUT", "/api/stages", {"stages": []}, "replace_stages"),
        ("PATCH", "/api/stages/stg_1", {}, "update_stage"),
        ("DELETE", "/api/stages/stg_1", None, "delete_stage"),
        ("PATCH", "/api/project", {}, "update_project"),
        ("DELETE", "/api/project/keys/key_1", None, "revoke_key"),
        ("DELETE", "/api/project/identity-secrets/sec_1", None, "delete_identity_secret"),
        ("DELETE", "/api/dead-letters/op_1", None, "discard_dead_letter"),
    ],
)
def test_who_does_not_wait_gets_a_202_and_a_receipt(
    backend: Backend, method: str, path: str, body: object, operation_type: str
) -> None:
    answer = backend.send(method, path, body, Prefer="respond-async")
    assert answer.status == 202
    operation_id = answer.operation_id
    assert answer.body == {
        "operation_id": operation_id,
        "type": operation_type,
        "status": "queued",
    }
    assert answer.headers["location"] == f"/api/operations/{operation_id}"
    assert answer.headers["preference-applied"] == "respond-async"
    receipt = backend.get(answer.headers["location"])
    assert (receipt.status, receipt.body["type"]) == (200, operation_type)


def test_what_was_queued_comes_before_what_waits(backend: Backend, project: Project) -> None:
    project.add_company("acme", "Acme")
    queued = project.post(
        "identify", {"visitor_id": "v1", "email": "ann@example.com"}, Prefer="respond-async"
    )
    taken = backend.post("/api/contacts", {"email": "ann@example.com"})
    assert queued.status == 202
    assert taken.refusal == (409, "email_taken")
    contact = taken.body["holder_id"]
    for name in ("Ann", "Bob", "Cid"):
        backend.patch(f"/api/contacts/{contact}", {"name": name}, Prefer="respond-async")
    linked = backend.put(f"/api/contacts/{contact}/companies/acme", Prefer="respond-async")
    answer = backend.patch(f"/api/contacts/{contact}", {"phone": "5"})
    assert linked.status == 202
    assert (answer.body["name"], answer.body["phone"]) == ("Cid", "5")
    assert answer.body["company_ids"] == [project.ids["acme"]]


def test_no_answer_may_be_kept(backend: Backend) -> None:
    created = backend.post("/api/contacts", {})
    removed = backend.delete(f"/api/contacts/{created.body['id']}")
    for answer in (created, removed):
        assert answer.headers["cache-control"] == "no-store"


def test_who_waited_reads_what_was_written(backend: Backend) -> None:
    contact = backend.make("/api/contacts", name="0")["id"]
    for number in range(1, 10):
        written = backend.patch(f"/api/contacts/{contact}", {"name": str(number)})
        assert backend.get(f"/api/contacts/{contact}").body == written.body


def test_account_writes_have_a_wait_of_their_own(
    redis_url: str, database_url: str, tmp_path: Path
) -> None:
    settings = {"widget_wait_s": 0, "account_wait_s": 0.3}
    with deploy(redis_url, database_url, tmp_path, workers=0, **settings) as deployment:
        project = deployment.new_project()
        assert project.identify("v1").status == 202
        for caller, path in (
            (by_bearer(deployment.client, project.created.secret_token), "/api/contacts"),
            (by_api_key(deployment.client, project.created.api_key), "/api/v1/contacts"),
        ):
            began_s = time.monotonic()
            assert caller.post(path, {}).status == 202
            assert time.monotonic() - began_s >= settings["account_wait_s"]


def test_without_redis_nothing_is_accepted(
    own_redis: RedisProcess, database_url: str, tmp_path: Path
) -> None:
    with deploy(own_redis.url, database_url, tmp_path, workers=1) as deployment:
        project = deployment.new_project()
        backend = by_bearer(deployment.client, project.created.secret_token)
        contact = backend.make("/api/contacts", name="Ann")
        own_redis.kill()
        answer = backend.patch(f"/api/contacts/{contact['id']}", {"name": "Bob"})
        assert answer.refusal == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert backend.get(f"/api/contacts/{contact['id']}").body == contact
        own_redis.start()

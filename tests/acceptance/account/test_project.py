"""Writing a project's settings, keys and identity secrets (contract §2, §11)."""

import pytest

from tests.acceptance.account.backend import Backend, by_api_key, by_bearer, pointers
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Project

SETTINGS = {
    "name": "Renamed",
    "stage_update_mode": "exact",
    "identity_verification": "required",
    "verify_all_writes": True,
    "require_token_expiry": False,
    "email_trust": "signed",
    "require_publishable_key": True,
    "allowed_origins": ["https://shop.example"],
    "allow_widget_exact": False,
    "first_linked_fallback": False,
    "create_unknown_companies": True,
    "rate_limits": {"project": {"rate_per_s": 5.5, "burst": 10}},
}


def test_every_setting_is_written_and_answered(backend: Backend, project: Project) -> None:
    answer = backend.patch("/api/project", SETTINGS)
    assert answer.status == 200
    assert answer.body | SETTINGS == answer.body
    assert answer.body["id"] == project.id
    assert backend.get("/api/project").body == answer.body


def test_only_sent_settings_are_written(backend: Backend) -> None:
    before = backend.get("/api/project").body
    answer = backend.patch("/api/project", {"allow_widget_exact": False})
    assert answer.body == before | {
        "allow_widget_exact": False,
        "updated_at": answer.body["updated_at"],
    }


def test_who_got_200_is_judged_by_what_he_wrote(backend: Backend, project: Project) -> None:
    assert project.browser.identify("v1").status == 200
    for _ in range(5):
        assert backend.patch("/api/project", {"require_publishable_key": True}).status == 200
        assert project.browser.identify("v1").refusal == (401, "unauthenticated")
        assert backend.patch("/api/project", {"require_publishable_key": False}).status == 200
        assert project.browser.identify("v1").status == 200


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"colour": "red"}, "/colour", "invalid_request"),
        ({"id": "proj_1"}, "/id", "invalid_request"),
        ({"name": ""}, "/name", "invalid_request"),
        ({"verify_all_writes": "yes"}, "/verify_all_writes", "invalid_request"),
        ({"identity_verification": "on"}, "/identity_verification", "invalid_request"),
        ({"stage_update_mode": "loose"}, "/stage_update_mode", "invalid_stage_update_mode"),
        ({"allowed_origins": ["a", "x y"]}, "/allowed_origins/0", "invalid_request"),
        (
            {"rate_limits": {"project": {"rate_per_s": 0, "burst": 1}}},
            "/rate_limits/project/rate_per_s",
            "invalid_request",
        ),
    ],
)
def test_a_bad_setting_is_refused_at_once_with_its_pointer(
    backend: Backend, project: Project, body: object, pointer: str, code: str
) -> None:
    answer = backend.patch("/api/project", body)
    assert answer.refusal == (400, code)
    assert (pointer, code) in pointers(answer)
    assert project.rows_of_ledger() == []


def test_a_new_key_is_shown_once_and_opens_its_routes_at_once(
    backend: Backend, deployment: Deployment
) -> None:
    secret = backend.post("/api/project/keys", {"kind": "secret", "label": "CI"})
    assert secret.status == 201
    assert secret.body["key"].startswith(secret.body["prefix"])
    assert (secret.body["kind"], secret.body["label"]) == ("secret", "CI")
    assert by_bearer(deployment.client, secret.body["key"]).post("/api/contacts", {}).status == 201
    api = backend.make("/api/project/keys", kind="api")["key"]
    assert by_api_key(deployment.client, api).post("/api/v1/contacts", {}).status == 201
    listed = backend.get("/api/project/keys").body["items"]
    assert secret.body["id"] in [key["id"] for key in listed]
    assert not [key for key in listed if "key" in key]


def test_no_key_and_no_secret_is_kept_where_it_can_be_read(
    backend: Backend, project: Project
) -> None:
    key = backend.post("/api/project/keys", {"kind": "secret"})
    backend.delete(f"/api/project/identity-secrets/{_secret_ids(backend)[0]}")
    secret = backend.post("/api/project/identity-secrets", {})
    receipts = [backend.get(f"/api/operations/{each.operation_id}").body for each in (key, secret)]
    for kept in (receipts, project.rows_of_ledger()):
        assert key.body["key"] not in str(kept)
        assert secret.body["secret"] not in str(kept)


def test_a_revoked_key_opens_nothing_from_the_answer_on(
    backend: Backend, deployment: Deployment
) -> None:
    made = backend.make("/api/project/keys", kind="secret")
    caller = by_bearer(deployment.client, made["key"])
    assert caller.post("/api/contacts", {}).status == 201
    assert backend.delete(f"/api/project/keys/{made['id']}").status == 204
    assert caller.post("/api/contacts", {}).refusal == (401, "unauthenticated")
    assert backend.delete(f"/api/project/keys/{made['id']}").status == 204
    assert backend.delete("/api/project/keys/nobody").refusal == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/kind"),
        ({"kind": "master"}, "/kind"),
        ({"kind": "api", "label": 5}, "/label"),
        ({"kind": "api", "label": "x" * 201}, "/label"),
        ({"kind": "api", "key": "ak_mine"}, "/key"),
        ({"kind": "api", "digest": "00"}, "/digest"),
    ],
)
def test_a_key_that_cannot_be_made_is_refused_at_once(
    backend: Backend, project: Project, body: object, pointer: str
) -> None:
    answer = backend.post("/api/project/keys", body)
    assert answer.refusal == (400, "invalid_request")
    assert pointers(answer) == [(pointer, "invalid_request")]
    assert project.rows_of_ledger() == []


def _secret_ids(backend: Backend) -> list[str]:
    listed = backend.get("/api/project/identity-secrets").body["items"]
    assert not [secret for secret in listed if "secret" in secret]
    return [str(secret["id"]) for secret in listed]


def test_identity_secrets_rotate(backend: Backend, project: Project) -> None:
    (old,) = _secret_ids(backend)
    new = backend.make("/api/project/identity-secrets")
    assert new["secret"].startswith("is_")
    third = backend.post("/api/project/identity-secrets", {})
    assert third.refusal == (409, "too_many_identity_secrets")
    proof = project.user_hash("v1")
    assert project.identify("v1", user_hash=proof).status == 200
    assert backend.delete(f"/api/project/identity-secrets/{old}").status == 204
    assert project.identify("v1", user_hash=proof).refusal[0] == 401
    assert _secret_ids(backend) == [new["id"]]
    gone = backend.delete(f"/api/project/identity-secrets/{old}")
    assert gone.refusal == (404, "not_found")


def test_a_secret_is_not_of_the_callers_choice(backend: Backend) -> None:
    answer = backend.post("/api/project/identity-secrets", {"secret": "is_mine"})
    assert pointers(answer) == [("/secret", "invalid_request")]


@pytest.mark.parametrize(
    ("path", "body", "shown"),
    [
        ("/api/project/keys", {"kind": "publishable"}, "key"),
        ("/api/project/identity-secrets", {}, "secret"),
    ],
)
def test_a_repeat_answers_the_same_record_without_what_is_shown_once(
    backend: Backend, path: str, body: object, shown: str
) -> None:
    first = backend.post(path, body, Idempotency_Key="k")
    again = backend.post(path, body, Idempotency_Key="k")
    assert (first.status, again.status) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.body == first.body | {shown: None}
    assert first.body[shown]


def test_a_202_shows_the_key_too(backend: Backend, deployment: Deployment) -> None:
    queued = backend.post("/api/project/keys", {"kind": "secret"}, Prefer="respond-async")
    assert (queued.status, queued.result) == (202, "queued")
    # A write that waits comes behind it.
    assert backend.patch("/api/project", {}).status == 200
    caller = by_bearer(deployment.client, queued.body["key"])
    assert caller.post("/api/contacts", {}).status == 201

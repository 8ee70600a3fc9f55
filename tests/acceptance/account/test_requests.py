"""What an account write may look like (contract §3): bodies, paths, queries."""

import gzip
from typing import Any

import pytest

from tests.acceptance.account.backend import Backend, pointers
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Project

CONTACTS = "/api/contacts"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b"\xef\xbb\xbf{}", "invalid_json"),
        (b'{"name": "a", "name": "b"}', "invalid_json"),
        (b'{"metadata": {"a": NaN}}', "invalid_json"),
        (b"[]", "invalid_request"),
        (b"null", "invalid_request"),
        (b'{"name": "a\\u0000"}', "invalid_request"),
        (b'{"metadata": {"a": "\\ud800"}}', "invalid_request"),
        (b'{"metadata": {"a": 9007199254740992}}', "invalid_request"),
    ],
)
def test_a_body_that_is_no_strict_json_is_refused(
    backend: Backend, project: Project, body: bytes, code: str
) -> None:
    for method, path in (("POST", CONTACTS), ("PATCH", f"{CONTACTS}/con_1")):
        assert backend.send(method, path, body).refusal == (400, code)
    assert project.rows_of_ledger() == []


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""]
)
def test_another_type_than_json_is_refused(backend: Backend, media_type: str) -> None:
    for method, path in (("POST", CONTACTS), ("DELETE", f"{CONTACTS}/con_1")):
        answer = backend.send(method, path, b"{}", Content_Type=media_type)
        assert answer.refusal == (415, "unsupported_media_type")
        assert answer.headers["accept-post"] == "application/json"


def test_a_body_over_the_limit_is_refused(backend: Backend) -> None:
    answer = backend.post(CONTACTS, b'{"name": "' + b"x" * 256 * 1024 + b'"}')
    assert answer.refusal == (413, "payload_too_large")


def test_a_body_may_be_gzip(backend: Backend) -> None:
    body = gzip.compress(b'{"name": "Ann"}')
    answer = backend.post(CONTACTS, body, Content_Encoding="gzip")
    assert (answer.status, answer.body["name"]) == (201, "Ann")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(None, {}), (b"", {"Content_Type": "text/plain"}), (b"{}", {}), (b" { } ", {})],
)
def test_where_the_path_says_it_all_a_body_is_empty(
    backend: Backend, body: bytes | None, media_type: dict[str, str]
) -> None:
    contact = backend.make(CONTACTS)["id"]
    company = backend.make("/api/companies")["id"]
    path = f"{CONTACTS}/{contact}/companies/{company}"
    for method in ("PUT", "DELETE"):
        assert backend.send(method, path, body, **media_type).status == 204


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b'{"name": "a"}', (400, "invalid_request")),
        (b"[]", (400, "invalid_request")),
        (b"{", (400, "invalid_json")),
    ],
)
def test_and_nothing_else(
    backend: Backend, project: Project, body: bytes, refusal: tuple[int, str]
) -> None:
    for method, path in (
        ("DELETE", f"{CONTACTS}/con_1"),
        ("PUT", f"{CONTACTS}/con_1/companies/com_1"),
        ("DELETE", "/api/stages/stg_1"),
        ("DELETE", "/api/project/keys/key_1"),
    ):
        assert backend.send(method, path, body).refusal == refusal
    assert project.rows_of_ledger() == []


@pytest.mark.parametrize(
    "encoded", ["%00", "con%00", "%FF", "%C0%80", "%ED%A0%80", "x" * 256, "%E4" * 300, "a%2Fb"]
)
def test_what_is_no_id_is_a_record_that_does_not_exist(backend: Backend, encoded: str) -> None:
    company = backend.make("/api/companies", external_id="acme")["id"]
    contact = backend.make(CONTACTS)["id"]
    for method, path, body in (
        ("PATCH", f"{CONTACTS}/{encoded}", {}),
        ("DELETE", f"{CONTACTS}/{encoded}", None),
        ("PUT", f"{CONTACTS}/{encoded}/companies/{company}", None),
        ("PUT", f"{CONTACTS}/{contact}/companies/{encoded}", None),
        ("DELETE", f"{CONTACTS}/{contact}/companies/{encoded}", None),
        ("PATCH", f"/api/companies/{encoded}", {}),
        ("DELETE", f"/api/companies/{encoded}", None),
        ("PATCH", f"/api/stages/{encoded}", {"name": "a"}),
        ("DELETE", f"/api/stages/{encoded}", None),
        ("DELETE", f"/api/project/keys/{encoded}", None),
        ("DELETE", f"/api/project/identity-secrets/{encoded}", None),
        ("POST", f"/api/dead-letters/{encoded}/replay", None),
        ("DELETE", f"/api/dead-letters/{encoded}", None),
    ):
        answer = backend.send(method, path, body)
        assert answer.refusal == (404, "not_found"), (method, path)
        assert answer.body["detail"] == "No such record in this project."


def test_a_path_means_the_same_however_it_is_encoded(backend: Backend) -> None:
    contact = backend.make(CONTACTS, name="Ann")
    spelled = "".join(f"%{ord(character):02x}" for character in contact["id"])
    assert backend.patch(f"/api/contacts/{spelled}", {}).body == contact
    assert backend.patch(f"/api/%63ontacts/{contact['id']}", {}).body == contact


def test_an_id_is_exact(backend: Backend) -> None:
    contact = backend.make(CONTACTS)["id"]
    for other in (contact.upper(), f"{contact}%20", f"%20{contact}", f"{contact}/"):
        assert backend.patch(f"/api/contacts/{other}", {}).refusal == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", CONTACTS, {}),
        ("PATCH", f"{CONTACTS}/con_1", {}),
        ("DELETE", f"{CONTACTS}/con_1", None),
        ("PATCH", "/api/project", {}),
        ("POST", "/api/project/keys", {"kind": "api"}),
    ],
)
def test_a_write_takes_no_query(
    backend: Backend, project: Project, method: str, path: str, body: Any
) -> None:
    answer = backend.send(method, f"{path}?dry_run=true", body)
    assert answer.refusal == (400, "invalid_request")
    assert pointers(answer) == [("/dry_run", "invalid_request")]
    assert project.rows_of_ledger() == []


def test_integrations_are_read_by_the_same_rules(
    integration: Backend, deployment: Deployment
) -> None:
    assert integration.send("POST", "/api/v1/contacts", b"").refusal == (400, "invalid_json")
    plain = integration.send("POST", "/api/v1/contacts", b"{}", Content_Type="text/plain")
    assert plain.refusal == (415, "unsupported_media_type")
    missing = integration.patch("/api/v1/contacts/%00", {})
    assert missing.refusal == (404, "not_found")

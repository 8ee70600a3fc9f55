"""Writing contacts (contract §11)."""

import pytest

from tests.acceptance.account.backend import Backend, pointers
from tests.acceptance.project import Project

ANN = {
    "email": "Ann@Example.com",
    "user_id": "u1",
    "name": "Ann",
    "phone": "+1 5",
    "notes": "met at the fair",
    "tags": ["b", "a", "b"],
    "metadata": {"plan": "pro"},
}


def test_a_created_contact_is_answered_as_it_was_written(backend: Backend) -> None:
    answer = backend.post("/api/contacts", ANN)
    assert answer.status == 201
    created = dict(answer.body)
    assert created.pop("id") == f"con_{answer.operation_id.removeprefix('op_')}"
    assert created.pop("created_at") == created.pop("updated_at")
    assert created == ANN | {
        "email": "ann@example.com",
        "tags": ["b", "a"],
        "company_ids": [],
    }


def test_a_contact_may_be_made_of_nothing(backend: Backend) -> None:
    created = backend.make("/api/contacts")
    named = {name: created[name] for name in ("email", "user_id", "name", "tags", "metadata")}
    assert named == {"email": None, "user_id": None, "name": None, "tags": [], "metadata": {}}


def test_no_company_is_made_for_it(backend: Backend, project: Project) -> None:
    backend.make("/api/contacts", **ANN)
    assert project.stored()["companies"] == {}


def test_only_sent_fields_are_written(backend: Backend) -> None:
    created = backend.make("/api/contacts", **ANN)
    answer = backend.patch(
        f"/api/contacts/{created['id']}", {"name": "Bob", "metadata": {"plan": None, "seats": 3}}
    )
    assert answer.status == 200
    assert answer.body["updated_at"] >= created["updated_at"]
    expected = created | {
        "name": "Bob",
        "metadata": {"seats": 3},
        "updated_at": answer.body["updated_at"],
    }
    assert answer.body == expected


def test_an_update_that_says_nothing_new_leaves_the_record_as_it_is(backend: Backend) -> None:
    created = backend.make("/api/contacts", **ANN)
    for body in ({}, {"name": "Ann"}, {"name": None, "email": "", "user_id": None}):
        answer = backend.patch(f"/api/contacts/{created['id']}", body)
        assert (answer.status, answer.body) == (200, created)


def test_null_clears_what_can_be_cleared(backend: Backend) -> None:
    created = backend.make("/api/contacts", **ANN)
    cleared = {"phone": None, "notes": "", "tags": None}
    answer = backend.patch(f"/api/contacts/{created['id']}", cleared)
    shown = {name: answer.body[name] for name in ("phone", "notes", "tags")}
    assert shown == {"phone": None, "notes": None, "tags": []}


@pytest.mark.parametrize("field", ["email", "user_id"])
def test_a_taken_identity_is_refused_with_its_holder(backend: Backend, field: str) -> None:
    holder = backend.make("/api/contacts", **ANN)
    other = backend.make("/api/contacts", name="Bob")
    for answer in (
        backend.post("/api/contacts", {field: ANN[field]}),
        backend.patch(f"/api/contacts/{other['id']}", {field: ANN[field]}),
    ):
        assert answer.refusal == (409, f"{field}_taken")
        assert answer.body["holder_id"] == holder["id"]
        assert pointers(answer) == [(f"/{field}", f"{field}_taken")]
        assert answer.body["operation_id"] == answer.operation_id


def test_a_deleted_contact_is_gone(backend: Backend, project: Project) -> None:
    created = backend.make("/api/contacts", **ANN)
    answer = backend.delete(f"/api/contacts/{created['id']}")
    assert (answer.status, answer.body) == (204, {})
    assert answer.operation_id.startswith("op_")
    assert backend.delete(f"/api/contacts/{created['id']}").refusal == (404, "not_found")
    assert backend.patch(f"/api/contacts/{created['id']}", {}).refusal == (404, "not_found")
    assert project.stored()["contacts"] == {}


def test_a_deleted_contact_leaves_its_visitors_and_companies(
    backend: Backend, project: Project
) -> None:
    project.add_company("acme", "Acme")
    project.identify("v1", email="ann@example.com", company={"id": "acme"})
    contact_id = project.visitor("v1")["contact_id"]
    assert backend.delete(f"/api/contacts/{contact_id}").status == 204
    assert project.visitor("v1")["contact_id"] is None
    assert project.company("acme")["name"] == "Acme"


def test_a_merged_contact_answers_under_its_old_id(backend: Backend, project: Project) -> None:
    by_mail = backend.make("/api/contacts", email="ann@example.com")
    by_user = backend.make("/api/contacts", user_id="u1")
    project.identify("v1", email="ann@example.com")
    project.identify("v1", user_id="u1")
    survivor_id = project.visitor("v1")["contact_id"]
    assert survivor_id in (by_mail["id"], by_user["id"])
    for contact_id in (by_mail["id"], by_user["id"]):
        answer = backend.patch(f"/api/contacts/{contact_id}", {"phone": contact_id})
        assert (answer.status, answer.body["id"]) == (200, survivor_id)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"deal_value": 5}, "/deal_value", "invalid_request"),
        ({"company_ids": []}, "/company_ids", "invalid_request"),
        ({"id": "con_1"}, "/id", "invalid_request"),
        ({"contact_id": "con_1"}, "/contact_id", "invalid_request"),
        ({"app_id": "p"}, "/app_id", "invalid_request"),
        ({"user_hash": "x"}, "/user_hash", "invalid_request"),
        ({"email": "nobody"}, "/email", "invalid_email"),
        ({"user_id": "null"}, "/user_id", "invalid_user_id"),
        ({"name": 5}, "/name", "invalid_request"),
        ({"notes": "x" * 10_001}, "/notes", "invalid_request"),
        ({"tags": ["a", 5]}, "/tags/1", "invalid_request"),
        ({"metadata": []}, "/metadata", "invalid_request"),
        ({"metadata": {"a": "x" * 40_000}}, "/metadata", "metadata_too_large"),
    ],
)
def test_a_bad_field_is_refused_at_once_with_its_pointer(
    backend: Backend, project: Project, body: dict[str, object], pointer: str, code: str
) -> None:
    for answer in (
        backend.post("/api/contacts", body),
        backend.patch("/api/contacts/con_1", body),
    ):
        assert answer.refusal == (400, code)
        assert pointers(answer) == [(pointer, code)]
        assert "operation_id" not in answer.body
    assert project.rows_of_ledger() == []


def test_every_bad_field_is_named(backend: Backend) -> None:
    answer = backend.post("/api/contacts", {"email": "nobody", "name": 5, "stage": "Lead"})
    assert sorted(pointers(answer)) == [
        ("/email", "invalid_email"),
        ("/name", "invalid_request"),
        ("/stage", "invalid_request"),
    ]


def test_metadata_that_outgrows_a_record_is_refused_by_the_worker(backend: Backend) -> None:
    created = backend.make("/api/contacts", metadata={"a": "x" * 31_000})
    path = f"/api/contacts/{created['id']}"
    assert backend.patch(path, {"metadata": {"b": "x" * 31_000}}).status == 200
    answer = backend.patch(path, {"name": "Ann", "metadata": {"c": "x" * 31_000}})
    assert answer.refusal == (400, "metadata_too_large")
    assert backend.patch(path, {}).body["name"] is None

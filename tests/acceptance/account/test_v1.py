"""What outside integrations may write (contract §12)."""

import pytest

from tests.acceptance.account.backend import Backend, pointers
from tests.acceptance.project import Project

ANN = {"email": "ann@example.com", "name": "Ann", "phone": "5", "notes": "n", "tags": ["a"]}


def test_a_contact_is_made_and_written(integration: Backend, project: Project) -> None:
    created = integration.post("/api/v1/contacts", ANN)
    assert created.status == 201
    assert created.body | ANN == created.body
    path = f"/api/v1/contacts/{created.body['id']}"
    written = integration.patch(path, {"name": "Bob", "phone": None})
    assert written.status == 200
    assert (written.body["name"], written.body["phone"]) == ("Bob", None)
    assert integration.get(path).body == written.body
    assert {row["caller"] for row in project.rows_of_ledger()} == {"api"}


@pytest.mark.parametrize("field", ["metadata", "user_id"])
def test_what_belongs_to_the_projects_backend_is_not_writable(
    integration: Backend, project: Project, field: str
) -> None:
    for value in ({"plan": "pro"}, "u1", None, 5):
        for answer in (
            integration.post("/api/v1/contacts", {"name": "Ann", field: value}),
            integration.patch("/api/v1/contacts/con_1", {"name": "Ann", field: value}),
        ):
            assert answer.refusal == (400, "field_not_writable")
            assert pointers(answer) == [(f"/{field}", "field_not_writable")]
    assert project.rows_of_ledger() == []


@pytest.mark.parametrize("field", ["company_ids", "deal_value", "app_id", "contact_id"])
def test_what_no_contact_has_is_a_bad_request(integration: Backend, field: str) -> None:
    answer = integration.post("/api/v1/contacts", {field: "x"})
    assert answer.refusal == (400, "invalid_request")
    assert pointers(answer) == [(f"/{field}", "invalid_request")]


def test_metadata_that_the_backend_wrote_stays(backend: Backend, integration: Backend) -> None:
    created = backend.make("/api/contacts", user_id="u1", metadata={"plan": "pro"})
    answer = integration.patch(f"/api/v1/contacts/{created['id']}", {"name": "Ann"})
    assert answer.status == 200
    kept = backend.get(f"/api/contacts/{created['id']}").body
    assert (kept["metadata"], kept["user_id"]) == ({"plan": "pro"}, "u1")


def test_a_taken_email_is_refused_with_its_holder(integration: Backend) -> None:
    holder = integration.make("/api/v1/contacts", **ANN)
    answer = integration.post("/api/v1/contacts", ANN)
    assert answer.refusal == (409, "email_taken")
    assert answer.body["holder_id"] == holder["id"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/companies"),
        ("GET", "/api/v1/companies"),
        ("PATCH", "/api/v1/companies/com_1"),
        ("PUT", "/api/v1/contacts/con_1/companies/com_1"),
        ("POST", "/api/v1/conversations"),
        ("GET", "/api/v1/stages"),
    ],
)
def test_there_is_nothing_else(integration: Backend, method: str, path: str) -> None:
    assert integration.send(method, path, {}).refusal == (404, "not_found")


def test_a_contact_is_not_deleted_here(integration: Backend) -> None:
    created = integration.make("/api/v1/contacts", **ANN)
    answer = integration.delete(f"/api/v1/contacts/{created['id']}")
    assert answer.refusal == (405, "method_not_allowed")


def test_a_202_leads_to_a_receipt_without_changes(integration: Backend, backend: Backend) -> None:
    queued = integration.post("/api/v1/contacts", ANN, Prefer="respond-async")
    assert queued.status == 202
    assert queued.headers["location"] == f"/api/v1/operations/{queued.operation_id}"
    again = backend.patch("/api/project", {})
    receipt = integration.get(queued.headers["location"])
    assert (receipt.status, receipt.result) == (200, "applied")
    assert "changes" not in receipt.body
    other = integration.get(f"/api/v1/operations/{again.operation_id}")
    assert other.refusal == (404, "operation_not_found")

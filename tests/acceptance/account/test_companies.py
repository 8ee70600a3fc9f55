"""Writing companies (contract §11)."""

import json
from decimal import Decimal

import httpx2
import pytest

from tests.acceptance.account.backend import Backend, pointers
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Project

ACME = {
    "external_id": "acme",
    "name": "Acme",
    "domain": " ACME.example ",
    "industry": "Anvils",
    "stage": " qualified ",
    "deal_value": 12.5,
    "notes": "big",
    "metadata": {"seats": 3},
}


def test_a_created_company_is_answered_as_it_was_written(backend: Backend) -> None:
    answer = backend.post("/api/companies", ACME)
    assert answer.status == 201
    created = dict(answer.body)
    assert created.pop("id") == f"com_{answer.operation_id.removeprefix('op_')}"
    assert created.pop("created_at") == created.pop("updated_at")
    assert created == ACME | {
        "domain": "acme.example",
        "stage": "Qualified",
        "placeholder": False,
    }


def test_only_sent_fields_are_written_and_null_clears(backend: Backend) -> None:
    created = backend.make("/api/companies", **ACME)
    clearing = {
        "external_id": None,
        "domain": "",
        "industry": None,
        "stage": None,
        "deal_value": None,
        "notes": None,
    }
    answer = backend.patch(f"/api/companies/{created['id']}", clearing)
    assert answer.status == 200
    cleared = created | dict.fromkeys(clearing) | {"updated_at": answer.body["updated_at"]}
    assert answer.body == cleared


@pytest.mark.parametrize(
    "amount", ["0", "0.0001", "999999999999.9999", "123456789012.3456", "5", "12.5", "0.1"]
)
def test_a_deal_value_comes_back_exactly(
    deployment: Deployment, project: Project, amount: str
) -> None:
    headers = {"authorization": f"Bearer {project.created.secret_token}"}
    content = f'{{"deal_value": {amount}}}'.encode()
    posted: httpx2.Response = deployment.client.post(
        "/api/companies",
        content=content,
        headers={**headers, "content-type": "application/json", "idempotency-key": "k"},
    )
    repeated = deployment.client.post(
        "/api/companies",
        content=content,
        headers={**headers, "content-type": "application/json", "idempotency-key": "k"},
    )
    assert posted.text == repeated.text
    shown = json.loads(posted.text, parse_float=Decimal, parse_int=Decimal)["deal_value"]
    assert shown == Decimal(amount)


def test_a_stage_set_here_is_exact(backend: Backend) -> None:
    company = backend.make("/api/companies", stage="Customer")["id"]
    answer = backend.patch(f"/api/companies/{company}", {"stage": "Lead"})
    assert answer.body["stage"] == "Lead"


def test_an_unknown_stage_is_refused_and_nothing_is_written(backend: Backend) -> None:
    company = backend.make("/api/companies", name="Acme")["id"]
    for answer in (
        backend.post("/api/companies", {"name": "Other", "stage": "Nowhere"}),
        backend.patch(f"/api/companies/{company}", {"name": "Other", "stage": "Nowhere"}),
    ):
        assert answer.refusal == (400, "stage_not_found")
        assert pointers(answer) == [("/stage", "stage_not_found")]
    assert backend.patch(f"/api/companies/{company}", {}).body["name"] == "Acme"


def test_a_taken_external_id_is_refused_with_its_holder(backend: Backend) -> None:
    holder = backend.make("/api/companies", external_id="acme")
    other = backend.make("/api/companies", external_id="other")
    for answer in (
        backend.post("/api/companies", {"external_id": "acme"}),
        backend.patch(f"/api/companies/{other['id']}", {"external_id": "acme"}),
    ):
        assert answer.refusal == (409, "external_id_taken")
        assert answer.body["holder_id"] == holder["id"]
        assert pointers(answer) == [("/external_id", "external_id_taken")]


def test_a_name_makes_a_placeholder_a_real_company(backend: Backend, project: Project) -> None:
    project.identify("v1", user_id="u1")
    (placeholder,) = project.companies("v1")
    answer = backend.patch(f"/api/companies/{placeholder['id']}", {"name": "Acme"})
    assert (answer.status, answer.body["placeholder"]) == (200, False)


def test_a_deleted_company_is_gone_and_its_contacts_stay(
    backend: Backend, project: Project
) -> None:
    company = backend.make("/api/companies", external_id="acme", name="Acme")["id"]
    project.identify("v1", user_id="u1", company={"id": "acme"})
    assert backend.delete(f"/api/companies/{company}").status == 204
    assert backend.delete(f"/api/companies/{company}").refusal == (404, "not_found")
    assert project.companies("v1") == []
    assert project.visitor("v1")["active_company_id"] is None


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"email": "ann@example.com"}, "/email", "invalid_request"),
        ({"placeholder": False}, "/placeholder", "invalid_request"),
        ({"company_id": "com_1"}, "/company_id", "invalid_request"),
        ({"deal_value_e4": 5}, "/deal_value_e4", "invalid_request"),
        ({"external_id": "null"}, "/external_id", "invalid_external_id"),
        ({"external_id": True}, "/external_id", "invalid_request"),
        ({"deal_value": -1}, "/deal_value", "invalid_request"),
        ({"deal_value": 0.00001}, "/deal_value", "invalid_request"),
        ({"deal_value": "5"}, "/deal_value", "invalid_request"),
        ({"stage": 5}, "/stage", "invalid_request"),
        ({"metadata": None}, "/metadata", "invalid_request"),
    ],
)
def test_a_bad_field_is_refused_at_once_with_its_pointer(
    backend: Backend, project: Project, body: dict[str, object], pointer: str, code: str
) -> None:
    for answer in (
        backend.post("/api/companies", body),
        backend.patch("/api/companies/com_1", body),
    ):
        assert answer.refusal == (400, code)
        assert pointers(answer) == [(pointer, code)]
    assert project.rows_of_ledger() == []

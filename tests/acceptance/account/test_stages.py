"""Writing the pipeline (contract §11)."""

from typing import Any

import pytest

from tests.acceptance.account.backend import Backend, pointers
from tests.acceptance.project import Project

LEAD, QUALIFIED, PROPOSAL, CUSTOMER = "Lead", "Qualified", "Proposal", "Customer"


def _pipeline(backend: Backend) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = backend.get("/api/stages").body["items"]
    return items


def _names(backend: Backend) -> list[str]:
    return [stage["name"] for stage in _pipeline(backend)]


def _id(backend: Backend, name: str) -> str:
    return next(str(stage["id"]) for stage in _pipeline(backend) if stage["name"] == name)


def test_a_stage_is_made_at_the_end_or_where_it_is_wanted(backend: Backend) -> None:
    last = backend.post("/api/stages", {"name": "Lost"})
    first = backend.post("/api/stages", {"name": " New ", "position": 0})
    assert (last.status, first.status) == (201, 201)
    assert first.body == {
        "id": f"stg_{first.operation_id.removeprefix('op_')}",
        "name": "New",
        "position": 0,
    }
    assert last.body["position"] == 4
    assert _names(backend) == ["New", LEAD, QUALIFIED, PROPOSAL, CUSTOMER, "Lost"]


def test_a_stage_is_renamed_and_moved(backend: Backend) -> None:
    path = f"/api/stages/{_id(backend, LEAD)}"
    answer = backend.patch(path, {"name": "First", "position": 2})
    assert answer.status == 200
    assert (answer.body["name"], answer.body["position"]) == ("First", 2)
    assert _names(backend) == [QUALIFIED, PROPOSAL, "First", CUSTOMER]


def test_the_whole_order_is_written_at_once(backend: Backend) -> None:
    lead = _id(backend, LEAD)
    wanted = [{"name": CUSTOMER}, {"id": lead, "name": "First"}, {"name": "New"}]
    answer = backend.put("/api/stages", {"stages": wanted})
    assert answer.status == 200
    assert answer.body["items"] == _pipeline(backend)
    assert _names(backend) == [CUSTOMER, "First", "New"]
    assert _id(backend, "First") == lead


def test_a_stage_that_nobody_stands_in_is_deleted(backend: Backend) -> None:
    path = f"/api/stages/{_id(backend, PROPOSAL)}"
    assert backend.delete(path).status == 204
    assert _names(backend) == [LEAD, QUALIFIED, CUSTOMER]
    assert backend.delete(path).refusal == (404, "not_found")


def test_a_stage_in_use_needs_a_replacement(backend: Backend) -> None:
    company = backend.make("/api/companies", stage=LEAD)["id"]
    lead = _id(backend, LEAD)
    assert backend.delete(f"/api/stages/{lead}").refusal == (409, "stage_in_use")
    assert _names(backend)[0] == LEAD
    replaced = backend.delete(f"/api/stages/{lead}?replacement={_id(backend, CUSTOMER)}")
    assert replaced.status == 204
    assert backend.patch(f"/api/companies/{company}", {}).body["stage"] == CUSTOMER


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("replacment=x", "/replacment"),
        ("replacement=a&replacement=b", "/replacement"),
        ("replacement=%00", "/replacement"),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused(
    backend: Backend, project: Project, query: str, pointer: str
) -> None:
    answer = backend.delete(f"/api/stages/{_id(backend, LEAD)}?{query}")
    assert answer.refusal == (400, "invalid_request")
    assert pointers(answer) == [(pointer, "invalid_request")]
    assert project.rows_of_ledger() == []


def test_an_unknown_replacement_is_refused(backend: Backend) -> None:
    lead = _id(backend, LEAD)
    answer = backend.delete(f"/api/stages/{lead}?replacement=nobody")
    assert answer.refusal == (404, "not_found")
    assert pointers(answer) == [("/replacement", "not_found")]
    assert backend.delete(f"/api/stages/{lead}?replacement={lead}").status == 400


def test_a_taken_name_is_refused_with_its_holder(backend: Backend) -> None:
    lead = _id(backend, LEAD)
    for answer in (
        backend.post("/api/stages", {"name": " lead "}),
        backend.patch(f"/api/stages/{_id(backend, CUSTOMER)}", {"name": "LEAD"}),
    ):
        assert answer.refusal == (409, "stage_name_taken")
        assert answer.body["holder_id"] == lead


@pytest.mark.parametrize(
    ("method", "path", "body", "pointer"),
    [
        ("POST", "/api/stages", {}, "/name"),
        ("POST", "/api/stages", {"name": " "}, "/name"),
        ("POST", "/api/stages", {"name": "a", "position": -1}, "/position"),
        ("POST", "/api/stages", {"name": "a", "position": 1.0}, "/position"),
        ("POST", "/api/stages", {"name": "a", "company_id": "x"}, "/company_id"),
        ("PATCH", "/api/stages/stg_1", {"name": "x" * 101}, "/name"),
        ("PATCH", "/api/stages/stg_1", {"stage_id": "stg_1"}, "/stage_id"),
        ("PUT", "/api/stages", {}, "/stages"),
        ("PUT", "/api/stages", {"stages": [{"id": "x"}]}, "/stages/0/name"),
        ("PUT", "/api/stages", {"stages": [{"name": "a", "x": 1}]}, "/stages/0/x"),
    ],
)
def test_a_bad_field_is_refused_at_once_with_its_pointer(
    backend: Backend, project: Project, method: str, path: str, body: object, pointer: str
) -> None:
    answer = backend.send(method, path, body)
    assert answer.refusal == (400, "invalid_request")
    assert pointers(answer) == [(pointer, "invalid_request")]
    assert project.rows_of_ledger() == []

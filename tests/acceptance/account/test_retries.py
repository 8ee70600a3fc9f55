"""One key, one account write (contract §4, Retries)."""

import pytest

from tests.acceptance.account.backend import Backend
from tests.acceptance.project import Answer, Project

KEY = "k"


def _but_for_request(answer: Answer) -> tuple[int, dict[str, object]]:
    body = {name: value for name, value in answer.body.items() if name != "request_id"}
    return answer.status, body


def test_a_repeat_is_answered_with_the_record_as_it_first_was(backend: Backend) -> None:
    first = backend.post("/api/contacts", {"name": "Ann"}, Idempotency_Key=KEY)
    backend.patch(f"/api/contacts/{first.body['id']}", {"name": "Bob"})
    for body, headers in (
        ({"name": "Ann"}, {"Idempotency_Key": KEY}),
        ({"name": "Ann", "message_id": KEY}, {}),
        ({"name": "Ann", "message_id": KEY}, {"Idempotency_Key": KEY}),
    ):
        again = backend.post("/api/contacts", body, **headers)
        assert _but_for_request(again) == _but_for_request(first)
        assert again.headers["idempotent-replayed"] == "true"
        assert again.operation_id == first.operation_id
    assert "idempotent-replayed" not in first.headers


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/contacts/{contact}", {"name": "Bob"}),
        ("PUT", "/api/contacts/{contact}/companies/{company}", None),
        ("DELETE", "/api/contacts/{contact}/companies/{company}", None),
        ("DELETE", "/api/contacts/{contact}", None),
        ("PATCH", "/api/companies/{company}", {"deal_value": 5}),
        ("DELETE", "/api/companies/{company}", None),
        ("POST", "/api/stages", {"name": "New"}),
        ("PUT", "/api/stages", {"stages": []}),
        ("PATCH", "/api/project", {"name": "Renamed"}),
        ("DELETE", "/api/contacts/nobody", None),
    ],
)
def test_every_write_can_be_repeated(
    backend: Backend, method: str, path: str, body: object
) -> None:
    ids = {
        "contact": backend.make("/api/contacts")["id"],
        "company": backend.make("/api/companies")["id"],
    }
    asked = path.format_map(ids)
    first = backend.send(method, asked, body, Idempotency_Key=KEY)
    again = backend.send(method, asked, body, Idempotency_Key=KEY)
    assert first.status < 500
    assert _but_for_request(again) == _but_for_request(first)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.operation_id == first.operation_id


def test_the_record_of_the_path_belongs_to_the_content(backend: Backend) -> None:
    ann, bob = (backend.make("/api/contacts")["id"] for _ in range(2))
    company = backend.make("/api/companies")["id"]
    requests = [
        ("PATCH", "/api/contacts/{}", {"name": "Ann"}),
        ("PUT", f"/api/contacts/{{}}/companies/{company}", None),
        ("DELETE", "/api/contacts/{}", None),
    ]
    for method, path, body in requests:
        first = backend.send(method, path.format(ann), body, Idempotency_Key=KEY)
        other = backend.send(method, path.format(bob), body, Idempotency_Key=KEY)
        assert first.status in (200, 204)
        assert other.refusal == (422, "idempotency_key_reused")
    assert backend.get(f"/api/contacts/{bob}").status == 200


def test_the_query_belongs_to_the_content(backend: Backend) -> None:
    stages = backend.get("/api/stages").body["items"]
    path = f"/api/stages/{stages[0]['id']}"
    first = backend.delete(f"{path}?replacement={stages[1]['id']}", Idempotency_Key=KEY)
    other = backend.delete(f"{path}?replacement={stages[2]['id']}", Idempotency_Key=KEY)
    assert (first.status, other.status) == (204, 422)


def test_a_key_belongs_to_one_type_of_operation(backend: Backend) -> None:
    contact = backend.post("/api/contacts", {"name": "Ann"}, Idempotency_Key=KEY)
    company = backend.post("/api/companies", {"name": "Ann"}, Idempotency_Key=KEY)
    assert (contact.status, company.status) == (201, 201)


def test_a_refusal_by_the_worker_is_repeated_too(backend: Backend, project: Project) -> None:
    backend.make("/api/contacts", email="ann@example.com")
    body = {"email": "ann@example.com"}
    first = backend.post("/api/contacts", body, Idempotency_Key=KEY)
    backend.delete(f"/api/contacts/{first.body['holder_id']}")
    again = backend.post("/api/contacts", body, Idempotency_Key=KEY)
    assert first.refusal == (409, "email_taken")
    assert _but_for_request(again) == _but_for_request(first)
    assert project.stored()["contacts"] == {}


def test_a_refusal_by_the_edge_does_not_use_its_key_up(backend: Backend) -> None:
    refused = backend.post("/api/contacts", {"email": "nobody"}, Idempotency_Key=KEY)
    taken = backend.post("/api/contacts", {"email": "ann@example.com"}, Idempotency_Key=KEY)
    assert (refused.status, taken.status) == (400, 201)


def test_a_bodiless_write_takes_its_key_in_either_way(backend: Backend) -> None:
    contact = backend.make("/api/contacts")["id"]
    path = f"/api/contacts/{contact}"
    first = backend.delete(path, Idempotency_Key=KEY)
    again = backend.send("DELETE", path, {"message_id": KEY})
    assert (first.status, again.status) == (204, 204)
    assert again.headers["idempotent-replayed"] == "true"
    without = backend.delete(path)
    assert without.refusal == (404, "not_found")

"""GET /api/companies, activity, visitors, and what else is read (contract §11)."""

from decimal import Decimal

import pytest

from tests.acceptance.account.backend import Backend, Json
from tests.acceptance.account.reads.listing import expect_refused_filter, found, names
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Project

PATH = "/api/companies"


@pytest.fixture
def companies(backend: Backend) -> dict[str, Json]:
    """Three companies, of which Acme is furthest."""
    wanted: dict[str, Json] = {
        "Acme": {"external_id": "a/1", "domain": "ACME.example", "stage": "Customer"},
        "Globex": {"external_id": "globex", "domain": "globex.example", "stage": "Lead"},
        "Initech": {"deal_value": 12.5, "notes": "printer"},
    }
    return {name: backend.make(PATH, name=name, **fields) for name, fields in wanted.items()}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Initech", "Globex", "Acme"]),
        ({"external_id": "a/1"}, ["Acme"]),
        ({"domain": "acme.EXAMPLE"}, ["Acme"]),
        ({"stage": " customer "}, ["Acme"]),
        ({"stage": "Qualified"}, []),
        ({"stage": "Nowhere"}, []),
        ({"placeholder": "false"}, ["Initech", "Globex", "Acme"]),
        ({"placeholder": "true"}, []),
        ({"q": "GLOB"}, ["Globex"]),
        ({"q": "a/1"}, ["Acme"]),
        ({"q": "example"}, ["Globex", "Acme"]),
        ({"stage": "Lead", "domain": "globex.example", "placeholder": "false"}, ["Globex"]),
        ({"stage": "Lead", "domain": "acme.example"}, []),
        ({"stage": "Lead", "q": "glo"}, ["Globex"]),
    ],
)
def test_filters_let_through_what_they_name(
    backend: Backend, companies: dict[str, Json], query: dict[str, str], expected: list[str]
) -> None:
    assert names(backend, PATH, **query) == expected


def test_a_listed_company_is_the_one_that_was_written(
    backend: Backend, companies: dict[str, Json]
) -> None:
    for company in companies.values():
        assert backend.get(f"{PATH}/{company['id']}").body == company
    assert found(backend, PATH) == [*companies.values()][::-1]
    assert backend.get(f"{PATH}/a%2F1").body == companies["Acme"]
    assert backend.get(f"{PATH}/a/1").refusal == (404, "not_found")


def test_a_placeholder_is_listed_as_one(backend: Backend, project: Project) -> None:
    project.identify("v1", user_id="u1")
    (placeholder,) = found(backend, PATH, placeholder="true")
    assert placeholder["placeholder"] is True
    assert found(backend, PATH, contact_id=project.contact("v1")["id"]) == [placeholder]
    assert found(backend, PATH, placeholder="false") == []


@pytest.mark.parametrize("amount", ["999999999999.9999", "0.0001", "0", "20000", "1e3"])
def test_an_amount_is_read_with_every_digit(
    deployment: Deployment, backend: Backend, project: Project, amount: str
) -> None:
    company = backend.make(PATH, name="Acme")
    body = f'{{"deal_value": {amount}}}'.encode()
    operation_id = backend.send("PATCH", f"{PATH}/{company['id']}", body).operation_id
    headers = {"authorization": f"Bearer {project.created.secret_token}"}

    def digits(path: str) -> str:
        return deployment.client.get(path, headers=headers).text

    exact = f"{Decimal(amount):f}"
    assert f'"deal_value":{exact},' in digits(f"{PATH}/{company['id']}")
    assert f'"deal_value":{exact},' in digits(PATH)
    assert f'"to":{exact},' in digits(f"{PATH}/{company['id']}/activity")
    assert f'"pointer":"/deal_value","before":null,"after":{exact}}}' in digits(
        f"/api/operations/{operation_id}"
    )


@pytest.mark.parametrize(
    "query",
    [
        {"external_id": ""},
        {"external_id": "null"},
        {"contact_id": "x" * 256},
        {"domain": " "},
        {"stage": ""},
        {"placeholder": "yes"},
        {"placeholder": "1"},
        {"tag": "a"},
    ],
)
def test_a_filter_that_nothing_can_match_is_refused(
    backend: Backend, query: dict[str, str]
) -> None:
    expect_refused_filter(backend, PATH, query)


def test_another_projects_companies_do_not_exist(
    backend: Backend, stranger: Backend, companies: dict[str, Json]
) -> None:
    assert found(stranger, PATH) == found(stranger, PATH, external_id="globex") == []
    for path in (f"{PATH}/globex", f"{PATH}/{companies['Acme']['id']}/activity"):
        assert stranger.get(path).refusal == (404, "not_found")
        assert backend.get(path).status == 200


def test_an_activity_tells_what_happened_by_whom_and_by_which_operation(
    backend: Backend, project: Project
) -> None:
    acme = backend.make(PATH, name="Acme", external_id="acme")
    project.site.identify("v1", user_id="u1", company={"id": "acme"})
    contact_id = project.contact("v1")["id"]
    staged = project.set_stage("v1", "Lead").operation_id
    dealt = project.site.set_deal("v1", 2.5, notes="soon").operation_id
    tracked = project.track("v1", "demo", entity="company", value=1.5).operation_id
    edited = backend.patch(f"{PATH}/acme", {"stage": "Customer"}).operation_id
    rows = found(backend, f"{PATH}/acme/activity")
    assert {row["company_id"] for row in rows} == {acme["id"]}
    told = [
        (row["kind"], row.get("from"), row.get("to"), row.get("by"), row["operation_id"])
        for row in rows[:5]
    ]
    assert told[0] == ("stage_changed", "Lead", "Customer", "secret", edited)
    assert told[1] == ("event", None, None, None, tracked)
    assert sorted(told[2:4]) == [
        ("deal_changed", None, 2.5, "publishable", dealt),
        ("notes_changed", None, "soon", "publishable", dealt),
    ]
    assert told[4] == ("stage_changed", None, "Lead", "secret", staged)
    assert [row["kind"] for row in rows[5:]] == ["linked"]
    event = rows[1]
    assert (event["name"], event["value"], event["entity"]) == ("demo", 1.5, "company")
    assert (event["visitor_id"], event["contact_id"]) == ("v1", contact_id)
    timeline = found(backend, f"/api/contacts/{contact_id}/timeline")
    assert event in timeline
    assert timeline[-1]["kind"] == "linked"


def test_a_visitor_is_read_by_its_id_however_it_is_spelled(
    backend: Backend, stranger: Backend, project: Project
) -> None:
    project.set_properties("a/b ü%", {"n": 1.0})
    project.identify("v2", user_id="u2", company={"name": "Acme"})
    assert backend.get("/api/visitors/a%2Fb%20%C3%BC%25").body == {
        "visitor_id": "a/b ü%",
        "contact_id": None,
        "active_company_id": None,
        "properties": {"n": 1.0},
    }
    linked = backend.get("/api/visitors/v2").body
    assert linked["contact_id"] == project.contact("v2")["id"]
    for path in ("/api/visitors/V2", "/api/visitors/v3"):
        assert backend.get(path).refusal == (404, "not_found")
    assert stranger.get("/api/visitors/v2").refusal == (404, "not_found")


def test_the_pipeline_is_read_in_its_order(backend: Backend, project: Project) -> None:
    answer = backend.get("/api/stages")
    assert [(each["name"], each["position"]) for each in answer.body["items"]] == [
        ("Lead", 0),
        ("Qualified", 1),
        ("Proposal", 2),
        ("Customer", 3),
    ]
    assert answer.body["next_cursor"] is None


def test_the_project_is_read_with_the_email_trust_in_force(
    backend: Backend, project: Project
) -> None:
    assert backend.get("/api/project").body["email_trust"] == "any"
    written = backend.patch("/api/project", {"identity_verification": "required"}).body
    read = backend.get("/api/project").body
    assert read == written
    assert (read["id"], read["email_trust"]) == (project.id, "unclaimed")


def test_keys_and_secrets_are_listed_without_what_they_are(
    backend: Backend, project: Project
) -> None:
    made = backend.make("/api/project/keys", kind="api", label="Zapier")
    keys = found(backend, "/api/project/keys", limit=1)
    assert keys[0] == {name: value for name, value in made.items() if name != "key"}
    assert sorted(key["kind"] for key in keys) == ["api", "api", "publishable", "secret"]
    (secret,) = found(backend, "/api/project/identity-secrets")
    assert sorted(secret) == ["created_at", "id", "last_verified_at"]

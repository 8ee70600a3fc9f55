"""Linking contacts with companies (contract §11)."""

from urllib.parse import quote

import pytest

from tests.acceptance.account.backend import Backend
from tests.acceptance.project import Project


def _linked(project: Project, contact_id: str) -> list[str]:
    companies: list[str] = project.stored()["contacts"][contact_id]["companies"]
    return companies


@pytest.fixture
def ann(backend: Backend) -> str:
    """The id of a contact without a company."""
    return str(backend.make("/api/contacts", email="ann@example.com")["id"])


def test_a_link_is_made_once_and_taken_away_once(
    backend: Backend, project: Project, ann: str
) -> None:
    acme = backend.make("/api/companies", name="Acme")["id"]
    path = f"/api/contacts/{ann}/companies/{acme}"
    for _ in range(2):
        answer = backend.put(path)
        assert (answer.status, answer.body) == (204, {})
        assert answer.operation_id.startswith("op_")
        assert _linked(project, ann) == [acme]
    for _ in range(2):
        assert backend.delete(path).status == 204
        assert _linked(project, ann) == []


@pytest.mark.parametrize(
    "external_id",
    [
        "acme",
        "a/b",
        "../../stages",
        "a b+c",
        "ä☃",
        "100%",
        "%2F",
        "x/activity",
        "a?b#c",
        "'\"\\;--",
    ],
)
def test_a_company_goes_by_its_external_id_whatever_that_holds(
    backend: Backend, project: Project, ann: str, external_id: str
) -> None:
    acme = backend.make("/api/companies", external_id=external_id, name="Acme")
    named = quote(external_id, safe="")
    assert backend.put(f"/api/contacts/{ann}/companies/{named}").status == 204
    assert _linked(project, ann) == [acme["id"]]
    renamed = backend.patch(f"/api/companies/{named}", {"name": "Acme Inc."})
    assert (renamed.status, renamed.body["id"]) == (200, acme["id"])
    assert backend.delete(f"/api/contacts/{ann}/companies/{named}").status == 204
    assert backend.delete(f"/api/companies/{named}").status == 204
    assert backend.patch(f"/api/companies/{named}", {}).refusal == (404, "not_found")


def test_an_id_wins_over_an_external_id(backend: Backend, project: Project, ann: str) -> None:
    acme = backend.make("/api/companies", name="Acme")["id"]
    backend.make("/api/companies", external_id=acme, name="Namesake")
    assert backend.put(f"/api/contacts/{ann}/companies/{acme}").status == 204
    assert _linked(project, ann) == [acme]


def test_both_have_to_exist(backend: Backend, ann: str) -> None:
    acme = backend.make("/api/companies", external_id="acme")["id"]
    for contact, company in ((ann, "nobody"), ("nobody", acme), ("nobody", "nobody")):
        for method in ("PUT", "DELETE"):
            answer = backend.send(method, f"/api/contacts/{contact}/companies/{company}")
            assert answer.refusal == (404, "not_found")


def test_a_contacts_placeholder_folds_into_a_linked_company(
    backend: Backend, project: Project
) -> None:
    project.identify("v1", user_id="u1")
    project.set_deal("v1", 1234.5)
    contact_id = project.visitor("v1")["contact_id"]
    acme = backend.make("/api/companies", name="Acme")["id"]
    assert backend.put(f"/api/contacts/{contact_id}/companies/{acme}").status == 204
    assert _linked(project, contact_id) == [acme]
    assert backend.patch(f"/api/companies/{acme}", {}).body["deal_value"] == 1234.5

"""GET /api/contacts, and the same over /api/v1: filters, search, one record (contract §11, §12)."""

import pytest

from tests.acceptance.account.backend import Backend, Json
from tests.acceptance.account.reads.listing import expect_refused_filter, listed, names
from tests.acceptance.project import Project

PATH = "/api/contacts"


@pytest.fixture
def people(backend: Backend) -> dict[str, Json]:
    """Three contacts; Ada and Bob work at Acme, Ada is a VIP."""
    acme = backend.make("/api/companies", name="Acme", external_id="acme")
    wanted: dict[str, Json] = {
        "Ada Lovelace": {"email": "ada@example.com", "user_id": "u1", "tags": ["vip", "a/b"]},
        "Bob Straße": {"email": "bob@example.org", "tags": ["lead"], "metadata": {"n": 1.0}},
        "Zoë": {"user_id": "u3"},
    }
    made = {name: backend.make(PATH, name=name, **fields) for name, fields in wanted.items()}
    for name in ("Ada Lovelace", "Bob Straße"):
        linked = backend.put(f"{PATH}/{made[name]['id']}/companies/{acme['id']}")
        assert linked.status == 204
    return made


def test_all_contacts_are_listed_newest_first(backend: Backend, people: dict[str, Json]) -> None:
    assert names(backend, PATH) == ["Zoë", "Bob Straße", "Ada Lovelace"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"email": "ada@example.com"}, ["Ada Lovelace"]),
        ({"email": " ADA@Example.com "}, ["Ada Lovelace"]),
        ({"email": "nobody@example.com"}, []),
        ({"user_id": "u3"}, ["Zoë"]),
        ({"user_id": " u3 "}, ["Zoë"]),
        ({"company_id": "acme"}, ["Bob Straße", "Ada Lovelace"]),
        ({"company_id": "nowhere"}, []),
        ({"tag": "vip"}, ["Ada Lovelace"]),
        ({"tag": "a/b"}, ["Ada Lovelace"]),
        ({"tag": "VIP"}, []),
        ({"q": "ada"}, ["Ada Lovelace"]),
        ({"q": "LOVE example.COM"}, ["Ada Lovelace"]),
        ({"q": "strasse"}, ["Bob Straße"]),
        ({"q": "ZOE\u0308"}, ["Zoë"]),
        ({"q": "example"}, ["Bob Straße", "Ada Lovelace"]),
        ({"q": "ada bob"}, []),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "\\"}, []),
        ({"q": "  "}, ["Zoë", "Bob Straße", "Ada Lovelace"]),
        ({"company_id": "acme", "tag": "vip"}, ["Ada Lovelace"]),
        ({"company_id": "acme", "tag": "vip", "q": "bob"}, []),
        ({"company_id": "acme", "q": "bob"}, ["Bob Straße"]),
        ({"tag": "vip", "q": "ada", "email": "ada@example.com", "user_id": "u1"}, ["Ada Lovelace"]),
        ({"email": "ada@example.com", "user_id": "u3"}, []),
    ],
)
def test_filters_let_through_what_they_name(
    backend: Backend, people: dict[str, Json], query: dict[str, str], expected: list[str]
) -> None:
    assert names(backend, PATH, **query) == expected


def test_a_listed_contact_is_the_one_that_was_written(
    backend: Backend, integration: Backend, people: dict[str, Json]
) -> None:
    written = people["Bob Straße"]
    read = backend.get(f"{PATH}/{written['id']}").body
    assert len(read["company_ids"]) == 1
    assert read == {**written, "company_ids": read["company_ids"]}
    assert repr(read["metadata"]) == "{'n': 1.0}"
    assert listed(backend, PATH, tag="lead").body["items"] == [read]
    assert listed(integration, "/api/v1/contacts", tag="lead").body["items"] == [read]
    assert integration.get(f"/api/v1/contacts/{written['id']}").body == read


def test_a_contact_is_found_by_the_address_it_had_before(
    backend: Backend, project: Project
) -> None:
    project.identify("v1", user_id="u1", email="old@example.com", name="Ada")
    project.identify("v1", user_id="u1", email="new@example.com")
    assert names(backend, PATH, email="old@example.com") == ["Ada"]
    assert names(backend, PATH, email="new@example.com") == ["Ada"]


def test_a_merged_contact_is_read_under_its_old_id(backend: Backend, project: Project) -> None:
    project.identify("v1", email="ada@example.com", name="Ada")
    old_id = project.contact("v1")["id"]
    project.identify("v2", user_id="u1")
    new_id = project.contact("v2")["id"]
    project.identify("v2", user_id="u1", email="ada@example.com")
    read = backend.get(f"{PATH}/{old_id}")
    assert (read.status, read.body["id"], read.body["name"]) == (200, new_id, "Ada")
    timeline = backend.get(f"{PATH}/{old_id}/timeline")
    assert timeline.body == backend.get(f"{PATH}/{new_id}/timeline").body
    companies = listed(backend, "/api/companies", contact_id=old_id).body["items"]
    assert [each["id"] for each in companies] == read.body["company_ids"]


@pytest.mark.parametrize(
    "query",
    [
        {"email": "nobody"},
        {"email": ""},
        {"user_id": "anonymous"},
        {"user_id": "null"},
        {"user_id": ""},
        {"company_id": ""},
        {"company_id": "x" * 256},
        {"tag": ""},
        {"tag": "x" * 101},
        {"tag": "a\0b"},
        {"q": "x" * 201},
        {"q": "\0"},
        {"name": "Ada"},
        {"limit": "0"},
        {"limit": "201"},
        {"cursor": "bm8"},
    ],
)
def test_a_filter_that_nothing_can_match_is_refused(
    backend: Backend, query: dict[str, str]
) -> None:
    expect_refused_filter(backend, PATH, query)


def test_another_projects_contacts_do_not_exist(
    backend: Backend, stranger: Backend, people: dict[str, Json]
) -> None:
    contact_id = people["Zoë"]["id"]
    assert names(stranger, PATH) == []
    assert names(stranger, PATH, email="ada@example.com") == []
    for path in (f"{PATH}/{contact_id}", f"{PATH}/{contact_id}/timeline"):
        foreign, unknown = stranger.get(path), stranger.get(path.replace(contact_id, "con_none"))
        assert foreign.refusal == unknown.refusal == (404, "not_found")


@pytest.mark.parametrize("contact_id", ["%00", "%FF", "a%2Fb", "%F0%9F%98%80", "x" * 3000, "%20"])
def test_what_is_no_id_is_not_found(backend: Backend, contact_id: str) -> None:
    assert backend.get(f"{PATH}/{contact_id}").refusal == (404, "not_found")
    assert backend.get(f"{PATH}/{contact_id}/timeline").refusal == (404, "not_found")
    assert backend.get(f"/api/companies/{contact_id}").refusal == (404, "not_found")
    assert backend.get(f"/api/companies/{contact_id}/activity").refusal == (404, "not_found")
    assert backend.get(f"/api/visitors/{contact_id}").refusal == (404, "not_found")

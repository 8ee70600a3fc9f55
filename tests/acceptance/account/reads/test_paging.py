"""Walking through lists while others write (contract §11)."""

import pytest

from tests.acceptance.account.backend import Backend, pointers
from tests.acceptance.account.reads.listing import found, listed, pages
from tests.acceptance.project import Project

PATH = "/api/contacts"


def make(backend: Backend, count: int, **fields: object) -> list[str]:
    return [str(backend.make(PATH, name=f"n{at}", **fields)["id"]) for at in range(count)]


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 200])
def test_every_record_is_on_one_page_whatever_the_limit(backend: Backend, limit: int) -> None:
    made = make(backend, 6, tags=["a"])
    for query in ({}, {"tag": "a"}, {"q": "n"}):
        walked = list(pages(backend, PATH, limit=limit, **query))
        assert [item["id"] for page in walked for item in page] == made[::-1]
        assert all(len(page) == limit for page in walked[:-1])


def test_an_empty_list_has_no_next_page(backend: Backend) -> None:
    assert listed(backend, PATH).body == {"items": [], "next_cursor": None}


def test_what_is_added_meanwhile_moves_no_page(backend: Backend) -> None:
    made = make(backend, 5)
    walk = pages(backend, PATH, limit=2)
    seen = next(walk)
    make(backend, 3)
    seen += [item for page in walk for item in page]
    assert [item["id"] for item in seen] == made[::-1]


def test_what_is_deleted_meanwhile_hides_nothing_else(backend: Backend) -> None:
    made = make(backend, 5)
    walk = pages(backend, PATH, limit=2)
    seen = next(walk)
    # The cursor's own record, and the one behind it.
    for contact_id in made[2:4]:
        assert backend.delete(f"{PATH}/{contact_id}").status == 204
    seen += [item for page in walk for item in page]
    assert [item["id"] for item in seen] == [made[4], made[3], made[1], made[0]]


def test_a_cursor_serves_its_own_list_alone(backend: Backend, stranger: Backend) -> None:
    make(backend, 2, tags=["a"])
    cursor = listed(backend, PATH, limit=1, tag="a").body["next_cursor"]
    assert listed(backend, PATH, limit=50, tag="a", cursor=cursor).status == 200
    for caller, path, query in (
        (backend, PATH, {}),
        (backend, PATH, {"tag": "b"}),
        (backend, PATH, {"tag": "a", "q": "n"}),
        (backend, "/api/companies", {}),
        (backend, "/api/operations", {}),
        (stranger, PATH, {"tag": "a"}),
    ):
        answer = listed(caller, path, cursor=cursor, **query)
        assert answer.refusal == (400, "invalid_request")
        assert pointers(answer) == [("/cursor", "invalid_request")]


def test_a_timeline_is_walked_in_the_order_in_which_things_happened(
    backend: Backend, project: Project
) -> None:
    project.identify("v1", user_id="u1")
    contact_id = project.contact("v1")["id"]
    for at, second in enumerate((5, 1, 3, 3, 3, 9)):
        project.track("v1", f"e{at}", timestamp=f"2026-01-01T00:00:0{second}Z")
    path = f"{PATH}/{contact_id}/timeline"
    for limit in (1, 2, 200):
        names = [row["name"] for row in found(backend, path, limit=limit) if row["kind"] == "event"]
        assert names == ["e5", "e0", "e4", "e3", "e2", "e1"]


def test_a_page_of_a_timeline_is_not_moved_by_what_happens_next(
    backend: Backend, project: Project
) -> None:
    project.identify("v1", user_id="u1")
    path = f"{PATH}/{project.contact('v1')['id']}/timeline"
    for at in range(4):
        project.track("v1", f"e{at}")
    walk = pages(backend, path, limit=2)
    seen = next(walk)
    project.track("v1", "later")
    seen += [row for page in walk for row in page]
    assert [row["name"] for row in seen] == ["e3", "e2", "e1", "e0"]


def test_rows_of_one_operation_that_a_merge_brings_together_are_each_on_one_page(
    backend: Backend, project: Project
) -> None:
    company = backend.make("/api/companies", name="Acme")
    contacts = [
        backend.make("/api/contacts", email="ann@example.com"),
        backend.make("/api/contacts", user_id="ann"),
    ]
    for contact in contacts:
        backend.put(f"/api/contacts/{contact['id']}/companies/{company['id']}")
    backend.delete(f"/api/companies/{company['id']}")
    project.identify("v1", user_id="ann", email="ann@example.com")
    timeline = f"/api/contacts/{contacts[0]['id']}/timeline"
    whole = listed(backend, timeline).body["items"]
    assert [row["kind"] for row in whole].count("unlinked") == 2
    assert found(backend, timeline, limit=1) == whole

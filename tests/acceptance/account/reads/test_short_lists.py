"""Lists that fit into a page are paged like all others (contract §11)."""

import pytest

from tests.acceptance.account.backend import Backend, Json, pointers
from tests.acceptance.account.reads.listing import found, listed, pages

STAGES = "/api/stages"
SECRETS = "/api/project/identity-secrets"
KEYS = "/api/project/keys"
PATHS = (STAGES, SECRETS, KEYS)


@pytest.fixture(autouse=True)
def _two_secrets(backend: Backend) -> None:
    backend.make(SECRETS)


def ids(items: list[Json]) -> list[str]:
    return [item["id"] for item in items]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("limit", [1, 2, 200])
def test_every_item_is_on_one_page_whatever_the_limit(
    backend: Backend, path: str, limit: int
) -> None:
    whole = listed(backend, path).body
    assert len(whole["items"]) > 1
    assert whole["next_cursor"] is None
    walked = list(pages(backend, path, limit=limit))
    assert ids([item for page in walked for item in page]) == ids(whole["items"])
    assert all(len(page) == limit for page in walked[:-1])


def test_a_long_pipeline_comes_in_pages_of_fifty_in_its_order(backend: Backend) -> None:
    names = [f"Stage {at}" for at in range(100)]
    assert backend.put(STAGES, {"stages": [{"name": name} for name in names]}).status == 200
    walked = list(pages(backend, STAGES))
    assert [len(page) for page in walked] == [50, 50]
    assert [stage["name"] for page in walked for stage in page] == names
    assert [stage["name"] for stage in found(backend, STAGES, limit=30)] == names


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=x", "colour=red"])
def test_a_page_that_cannot_be_is_refused(backend: Backend, path: str, query: str) -> None:
    answer = backend.get(f"{path}?{query}")
    assert answer.refusal == (400, "invalid_request")
    assert pointers(answer) == [(f"/{query.partition('=')[0]}", "invalid_request")]


def test_a_cursor_of_one_list_serves_no_other(backend: Backend) -> None:
    cursors = {path: listed(backend, path, limit=1).body["next_cursor"] for path in PATHS}
    for path in PATHS:
        for other in PATHS:
            expected = 200 if path == other else 400
            assert listed(backend, path, cursor=cursors[other]).status == expected

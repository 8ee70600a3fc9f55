"""Lists as a caller walks through them."""

from collections.abc import Iterator
from urllib.parse import urlencode

from tests.acceptance.account.backend import Backend, Json, pointers
from tests.acceptance.project import Answer


def listed(backend: Backend, path: str, **query: object) -> Answer:
    """One page of a list."""
    return backend.get(f"{path}?{urlencode(query)}" if query else path)


def pages(backend: Backend, path: str, **query: object) -> Iterator[list[Json]]:
    """The pages of a list, each read when it is asked for."""
    cursor: dict[str, object] = {}
    while True:
        answer = listed(backend, path, **query, **cursor)
        assert answer.status == 200, answer.body
        yield answer.body["items"]
        if answer.body["next_cursor"] is None:
            return
        cursor = {"cursor": answer.body["next_cursor"]}


def found(backend: Backend, path: str, **query: object) -> list[Json]:
    """All items of a list."""
    return [item for page in pages(backend, path, **query) for item in page]


def names(backend: Backend, path: str, **query: object) -> list[str]:
    """The names of all items of a list."""
    return [item["name"] for item in found(backend, path, **query)]


def expect_refused_filter(backend: Backend, path: str, query: dict[str, str]) -> None:
    """Expects that the list is refused for the query's first field."""
    answer = listed(backend, path, **query)
    assert answer.refusal == (400, "invalid_request")
    assert pointers(answer) == [(f"/{next(iter(query))}", "invalid_request")]

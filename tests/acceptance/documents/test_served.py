"""The document and its page as a browser gets them: public, cached, and from nowhere else."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx2
import pytest

from ingest_api.documentation import documentation_page
from ingest_api.openapi.document import document_bytes
from tests.acceptance.deployment import Deployment, Deployments

_URL_IN_CSS = re.compile(r"url\(\s*['\"]?([^'\")]+)")


@pytest.fixture
def client(_deployments: Deployments) -> httpx2.Client:
    """A client without any credential; what is served depends on no database."""
    deployment: Deployment = _deployments.on("sqlite")
    return deployment.client


class Loaded(HTMLParser):
    """The addresses that a page loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.has_script_of_its_own = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element loads."""
        given = dict(attrs)
        if tag in ("script", "img", "iframe"):
            self.has_script_of_its_own |= "src" not in given
            self.found.append(given.get("src") or "")
        elif tag == "link":
            self.found.append(given.get("href") or "")


def loaded_by(client: httpx2.Client) -> list[str]:
    """What the page loads."""
    page = Loaded()
    page.feed(client.get("/docs").text)
    assert not page.has_script_of_its_own
    return page.found


def test_the_document_is_served_as_it_is_built(client: httpx2.Client) -> None:
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == document_bytes().body
    assert json.loads(answer.content)["openapi"] == "3.1.0"


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_who_has_it_already_is_told_so(client: httpx2.Client, path: str) -> None:
    first = client.get(path)
    assert first.headers["cache-control"] == "no-cache"
    for tag in (
        first.headers["etag"],
        f"W/{first.headers['etag']}",
        f'"x", {first.headers["etag"]}',
    ):
        again = client.get(path, headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert client.get(path, headers={"if-none-match": '"another"'}).status_code == 200


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/docs/assets/{version}/start.js"])
def test_head_and_options_answer_as_everywhere(client: httpx2.Client, path: str) -> None:
    there = path.format(version=documentation_page().version)
    full, head, options = client.get(there), client.head(there), client.options(there)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "cache-control"):
        assert head.headers[name] == full.headers[name]
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert client.post(there).json()["code"] == "method_not_allowed"


def test_the_page_loads_only_what_this_edge_serves(client: httpx2.Client) -> None:
    found = loaded_by(client)
    assert "/openapi.json" in found
    for address in found:
        assert address.startswith("/")
        assert not address.startswith("//")
        assert client.get(address).status_code == 200


def test_the_styles_load_nothing_from_elsewhere(client: httpx2.Client) -> None:
    (styles,) = (address for address in loaded_by(client) if address.endswith(".css"))
    for address in _URL_IN_CSS.findall(client.get(styles).text):
        assert address.startswith("data:")


def test_a_browser_is_forbidden_to_load_from_elsewhere(client: httpx2.Client) -> None:
    headers = client.get("/docs").headers
    policy = dict(_directives(headers["content-security-policy"]))
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'"]
    assert policy["connect-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]
    sources = {source for allowed in policy.values() for source in allowed}
    assert sources == {"'none'", "'self'", "data:"}
    assert "data:" in policy["img-src"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"


def test_files_of_the_page_are_kept_for_good_under_their_version(client: httpx2.Client) -> None:
    types = {
        "start.js": "text/javascript; charset=utf-8",
        "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
        "swagger-ui.css": "text/css; charset=utf-8",
        "favicon-32x32.png": "image/png",
    }
    version = documentation_page().version
    for name, content_type in types.items():
        answer = client.get(f"/docs/assets/{version}/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == content_type
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["0123456789abcdef/start.js", "{version}/page.html", "{version}/..%2Fpage.html"]
)
def test_no_other_file_is_served(client: httpx2.Client, path: str) -> None:
    there = path.format(version=documentation_page().version)
    answer = client.get(f"/docs/assets/{there}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def _directives(policy: str) -> Iterator[tuple[str, list[str]]]:
    for directive in policy.split(";"):
        name, *allowed = directive.split()
        yield name, allowed

"""The OpenAPI document, and a page that shows it without any other machine (contract §13)."""

import asyncio

from ingest_api.answers import JSON_TYPE, Answer, Header
from ingest_api.documentation import documentation_page
from ingest_api.edge import Edge
from ingest_api.errors import Problem
from ingest_api.incoming import Incoming
from ingest_api.openapi.document import document_bytes

# Both change with a new version of the program only: kept, and asked for again by their tag.
REVALIDATED: Header = (b"cache-control", b"no-cache")
IMMUTABLE: Header = (b"cache-control", b"public, max-age=31536000, immutable")

PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; "
    b"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'"
)


async def openapi(_edge: Edge, incoming: Incoming) -> Answer:
    """The document; a description of every route of this edge."""
    # A thread: making it takes a moment, once, that no other request has to wait for.
    body, etag = await asyncio.to_thread(document_bytes)
    return _kept(incoming, Answer(200, body, (JSON_TYPE,)), etag)


async def page(_edge: Edge, incoming: Incoming) -> Answer:
    """The page that shows the document."""
    shown = await asyncio.to_thread(documentation_page)
    headers = (
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", PAGE_POLICY),
        (b"referrer-policy", b"no-referrer"),
        (b"x-frame-options", b"DENY"),
    )
    return _kept(incoming, Answer(200, shown.html, headers), shown.etag)


async def asset(_edge: Edge, incoming: Incoming) -> Answer:
    """A file of the page, under the version of its content.

    Raises Problem 404 for another version: a cache would keep the wrong bytes for good.
    """
    shown = await asyncio.to_thread(documentation_page)
    found = shown.assets.get(incoming.path_parameters["name"])
    if found is None or incoming.path_parameters["version"] != shown.version:
        raise Problem(404, "not_found", "There is nothing at this path.")
    content_type = (b"content-type", found.content_type.encode())
    return Answer(200, found.body, (content_type, IMMUTABLE))


def _kept(incoming: Incoming, answer: Answer, etag: str) -> Answer:
    """The answer with its tag; 304 without a body for who has it already."""
    headers = ((b"etag", etag.encode()), REVALIDATED)
    known = b",".join(incoming.header_values(b"if-none-match"))
    tags = {tag.strip().removeprefix(b"W/") for tag in known.split(b",")}
    if etag.encode() in tags or b"*" in tags:
        return Answer(304, b"", headers)
    return answer.plus(*headers)

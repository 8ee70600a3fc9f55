"""The parameters that several routes read (contract §4, §11)."""

from typing import Any

from ingest_api.idempotency import KEY_LIMIT_CHARS
from ingest_api.openapi.description import Parameter
from ingest_api.openapi.example_ids import OPERATION_ID
from ingest_api.paging import DEFAULT_LIMIT, MOST_LIMIT
from ingest_api.query_fields import SEARCH_LIMIT_CHARS, SEARCH_LIMIT_WORDS
from models.rules.visitor_id import ID_LIMIT_CHARS

RECORD_ID: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": ID_LIMIT_CHARS}
TEXT: dict[str, Any] = {"type": "string"}

IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "A repeat under the same key is answered with the first outcome. Kept for 7 days or longer.",
    {"type": "string", "minLength": 1, "maxLength": KEY_LIMIT_CHARS},
    "signup-7f3a",
)
PREFER = Parameter(
    "Prefer",
    "header",
    "`respond-async` answers 202 at once, `wait=N` waits up to N seconds, 30 at most (RFC 7240).",
    TEXT,
    "wait=5",
)
WRITE_PARAMETERS = (IDEMPOTENCY_KEY, PREFER)

APP_ID = Parameter("app_id", "query", "The project, for callers without a key.", TEXT)
PROJECT_ID = Parameter("project_id", "query", "Another name of `app_id`.", TEXT)
OPERATION = Parameter(
    "operation_id", "path", "The operation, as `X-Operation-Id` named it.", TEXT, OPERATION_ID
)


LIMIT = Parameter(
    "limit",
    "query",
    "Items of a page.",
    {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": DEFAULT_LIMIT},
)
CURSOR = Parameter("cursor", "query", "`next_cursor` of the page before, as it came.", TEXT)
LIST_PARAMETERS = (LIMIT, CURSOR)


def query_text(name: str, text: str) -> Parameter:
    """A parameter of the query that is any text, but not empty."""
    return Parameter(name, "query", text, {**TEXT, "minLength": 1})


def search(text: str) -> Parameter:
    """The words to look for."""
    limits = f"At most {SEARCH_LIMIT_WORDS} words."
    return Parameter("q", "query", f"{text} {limits}", {**TEXT, "maxLength": SEARCH_LIMIT_CHARS})


def path_id(name: str, text: str) -> Parameter:
    """A record that the path names."""
    return Parameter(name, "path", text, RECORD_ID)

"""What the documents say of one route, as values; `route_descriptions` holds them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from ingest_api.families import Family

Json = dict[str, Any]
RouteKey = tuple[str, str]
"""Method, and path as OpenAPI writes it: without Starlette's converters."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of the path, the query or the head that a route reads."""

    name: str
    place: Literal["path", "query", "header"]
    text: str
    schema: Mapping[str, Any]
    example: Any = None


@dataclass(frozen=True, slots=True)
class Example:
    """A request that works as it stands, once the ids in it are real; a test sends it.

    `path` and `query` give parameters; `body` is the JSON, or the text of another media type.
    """

    name: str
    summary: str
    body: Any = None
    media_type: str = "application/json"
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request: what describes it for each media type, and its limit.

    `envelopes` gives what stands beside the fields of a type, where it is not the family's usual.
    """

    schemas: Mapping[str, Any]
    limit: str
    text: str = ""
    envelopes: Mapping[type, type[BaseModel]] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is no problem; `schema` None is an answer without a body."""

    status: int
    text: str
    schema: Any = None
    headers: tuple[str, ...] = ()
    example: Any = None
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One route. `codes` are the problems possible there, beyond those of its family."""

    operation_id: str
    summary: str
    text: str
    family: Family
    tag: str
    replies: tuple[Reply, ...]
    codes: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    examples: tuple[Example, ...] = ()
    is_write: bool = False

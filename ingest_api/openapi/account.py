"""What the descriptions of account routes have in common (contract §11)."""

from collections.abc import Mapping
from typing import Any

from ingest_api.families import Family
from ingest_api.openapi.description import Body, Description, Example, Parameter, Reply
from ingest_api.openapi.parameters import LIST_PARAMETERS, WRITE_PARAMETERS
from ingest_api.openapi.records import Page
from ingest_api.openapi.replies import queued, removed, written

JSON = "application/json"
BODY_LIMIT = "256 KB"
NOTHING: Mapping[str, str] = {}


def reading(
    operation_id: str,
    tag: str,
    summary: str,
    text: str,
    reply: Reply,
    *,
    parameters: tuple[Parameter, ...] = (),
    path: Mapping[str, str] = NOTHING,
    query: Mapping[str, str] = NOTHING,
    codes: tuple[str, ...] = (),
    family: Family = "account",
) -> Description:
    """A route that reads one thing."""
    example = Example(operation_id, summary, path=path, query=query)
    return Description(
        operation_id=operation_id,
        summary=summary,
        text=text,
        family=family,
        tag=tag,
        parameters=parameters,
        replies=(reply,),
        codes=codes,
        examples=(example,),
    )


def listing(
    operation_id: str,
    tag: str,
    summary: str,
    text: str,
    page: type[Page[Any]],
    items: list[Any],
    *,
    parameters: tuple[Parameter, ...] = (),
    path: Mapping[str, str] = NOTHING,
    query: Mapping[str, str] = NOTHING,
    codes: tuple[str, ...] = (),
    family: Family = "account",
) -> Description:
    """A route that reads a list, page by page."""
    reply = Reply(200, "A page of them.", page, example={"items": items, "next_cursor": None})
    return reading(
        operation_id,
        tag,
        summary,
        text,
        reply,
        parameters=(*parameters, *LIST_PARAMETERS),
        path=path,
        query=query,
        codes=codes,
        family=family,
    )


def writing(
    operation_type: str,
    tag: str,
    summary: str,
    text: str,
    *examples: Example,
    kind: type,
    record: tuple[type, Any],
    parameters: tuple[Parameter, ...] = (),
    codes: tuple[str, ...] = (),
    family: Family = "account",
    operation_id: str | None = None,
    waiting: Reply | None = None,
) -> Description:
    """A route that writes what its body says and answers with the record, with a 200 or 201."""
    status = examples[0].status
    told = "Made." if status == 201 else "Written, or nothing differed."
    return Description(
        operation_id=operation_id or operation_type,
        summary=summary,
        text=text,
        family=family,
        tag=tag,
        parameters=(*parameters, *WRITE_PARAMETERS),
        body=Body({JSON: kind}, BODY_LIMIT),
        replies=(written(status, told, *record), waiting or queued(operation_type)),
        codes=codes,
        examples=examples,
        is_write=True,
    )


def removing(
    operation_type: str,
    tag: str,
    summary: str,
    text: str,
    path: Mapping[str, str],
    *,
    parameters: tuple[Parameter, ...],
    query: Mapping[str, str] = NOTHING,
    codes: tuple[str, ...] = ("not_found",),
) -> Description:
    """A route that its path says all of, and that answers without a body."""
    example = Example(operation_type, summary, path=path, query=query, status=204)
    return Description(
        operation_id=operation_type,
        summary=summary,
        text=text,
        family="account",
        tag=tag,
        parameters=(*parameters, *WRITE_PARAMETERS),
        replies=(removed("Done."), queued(operation_type)),
        codes=codes,
        examples=(example,),
        is_write=True,
    )

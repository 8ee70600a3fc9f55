"""From an account or v1 request to an operation: what is refused at once (contract §3, §11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest_api.answers import encode_json
from ingest_api.asked import Asked
from ingest_api.bodies import parse_body
from ingest_api.body_reading import read_body, read_optional_body
from ingest_api.content_fingerprint import content_fingerprint
from ingest_api.edge import Edge
from ingest_api.envelope_fields import read_message_id
from ingest_api.idempotency import read_idempotency_key
from ingest_api.incoming import Incoming
from models.operations import Operation, read_no_fields, to_payload

NO_QUERY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, repr=False)
class Content:
    """What a write asks for: its body, and the records that path and query name.

    `subject` has their ids under the names of the operation's fields.
    """

    body: dict[str, Any]
    subject: Mapping[str, str]


async def read_content(edge: Edge, incoming: Incoming, *path_ids: str) -> Content:
    """The JSON object of a write, and the records that these parameters of its path name.

    Raises Problem 404 for what is no id; 408, 413, 415, or 400 for the body; InvalidRequest for
    what is no JSON, and for a query.
    """
    subject = _subject(incoming, path_ids, NO_QUERY)
    raw = await read_body(incoming, edge.settings.body_limit_bytes, plain_text=False)
    return Content(parse_body(raw), subject)


async def read_bodiless(
    edge: Edge, incoming: Incoming, *path_ids: str, query_ids: Mapping[str, str] = NO_QUERY
) -> Content:
    """The same for a write that path and query alone describe; its body is empty or `{}`.

    `query_ids` are the operation's fields by the parameters of the query that set them.
    """
    subject = _subject(incoming, path_ids, query_ids)
    raw = await read_optional_body(incoming, edge.settings.body_limit_bytes)
    body = parse_body(raw) if raw else {}
    read_no_fields(body)
    return Content(body, subject)


def asked_for(
    incoming: Incoming, operation_type: str, operation: Operation, content: Content
) -> Asked:
    """The operation with its caller, its idempotency key, and what a repeat of it has to say.

    `content` is what `operation` was read from. Raises Problem and InvalidRequest for the key.
    """
    key = read_idempotency_key(incoming, read_message_id(content.body))
    return Asked(
        incoming.caller,
        operation_type,
        to_payload(operation),
        [],
        key,
        fingerprint_of(operation_type, content) if key is not None else "",
    )


def fingerprint_of(operation_type: str, content: Content) -> str:
    """The named records belong to the content under a key (contract §4, Retries)."""
    subject = encode_json(content.subject) if content.subject else ""
    return content_fingerprint(operation_type, content.body, subject)


def _subject(
    incoming: Incoming, path_ids: Sequence[str], query_ids: Mapping[str, str]
) -> dict[str, str]:
    subject = {name: incoming.path_id(name) for name in path_ids}
    for parameter, record_id in incoming.query_fields(query_ids).items():
        subject[query_ids[parameter]] = record_id
    return subject

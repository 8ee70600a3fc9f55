"""From an account or v1 request to an operation: what is refused at once (contract §3, §11)."""

from collections.abc import Mapping, Sequence
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
from models.operations import Operation, to_payload

Subject = Mapping[str, str]
"""The records that a path or a query names, by the operation's field."""

NO_QUERY: Mapping[str, str] = {}


def read_subject(
    incoming: Incoming, path_ids: Sequence[str], query_ids: Mapping[str, str] = NO_QUERY
) -> Subject:
    """What the path's parameters and the query name; `query_ids` are fields by parameter.

    Raises Problem 404 for what is no id, InvalidRequest for the query.
    """
    subject = {name: incoming.path_id(name) for name in path_ids}
    for parameter, record_id in incoming.query_fields(query_ids).items():
        subject[query_ids[parameter]] = record_id
    return subject


async def read_account_body(edge: Edge, incoming: Incoming) -> dict[str, Any]:
    """The JSON object of an account write.

    Raises Problem 408, 413, 415, or 400 for broken gzip; InvalidRequest for what is no JSON.
    """
    return parse_body(await read_body(incoming, edge.settings.body_limit_bytes, plain_text=False))


async def read_optional_account_body(edge: Edge, incoming: Incoming) -> dict[str, Any]:
    """The same for a write that asks for nothing but what its path says; no body counts as `{}`."""
    raw = await read_optional_body(incoming, edge.settings.body_limit_bytes)
    return parse_body(raw) if raw else {}


def asked_for(
    incoming: Incoming,
    operation_type: str,
    operation: Operation,
    body: Mapping[str, Any],
    subject: Subject,
) -> Asked:
    """The operation with its caller, its idempotency key, and what a repeat of it has to say.

    `body` is the request's, from which `operation` was read. Raises Problem and InvalidRequest
    for the key.
    """
    key = read_idempotency_key(incoming, read_message_id(body))
    return Asked(
        incoming.caller,
        operation_type,
        to_payload(operation),
        [],
        key,
        account_fingerprint(operation_type, body, subject) if key is not None else "",
    )


def account_fingerprint(operation_type: str, body: Mapping[str, Any], subject: Subject) -> str:
    """The content under a key; the named records belong to it (contract §4 Retries)."""
    return content_fingerprint(operation_type, body, encode_json(subject) if subject else "")

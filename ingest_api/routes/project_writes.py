"""The project's settings, keys and identity secrets: the account routes that write (contract §11).

The caller is judged by what it wrote from its next request on: this edge forgets what it knows of
the project before it answers, as all edges do when they hear of the change.
"""

from ingest_api.account_reading import Content, asked_for, read_bodiless, read_content
from ingest_api.account_writes import CREATED, OK
from ingest_api.answers import NO_CONTENT, Answer
from ingest_api.edge import Edge
from ingest_api.incoming import Incoming
from ingest_api.submission import Submission
from ingest_api.submit import submit
from ingest_api.write_answers import record_answer
from models.operations import Operation, read_key_request, read_no_fields, read_update_project
from models.operations.credentials import (
    CreateIdentitySecret,
    CreateKey,
    DeleteIdentitySecret,
    RevokeKey,
)
from models.provisioning.identity_secrets import new_identity_secret
from models.provisioning.keys import new_key


async def update(edge: Edge, incoming: Incoming) -> Answer:
    """Changes the sent settings: 200 with the project."""
    content = await read_content(edge, incoming)
    operation = read_update_project(content.body)
    submission = await _submit(edge, incoming, "update_project", operation, content)
    return record_answer(submission, OK)


async def create_key(edge: Edge, incoming: Incoming) -> Answer:
    """The key is made here and shown this once; what travels is its digest."""
    content = await read_content(edge, incoming)
    wanted = read_key_request(content.body)
    made = new_key(wanted.kind)
    operation = CreateKey(wanted.kind, made.prefix, made.digest, wanted.label)
    submission = await _submit(edge, incoming, "create_key", operation, content)
    return record_answer(submission, CREATED, key=made.printed)


async def revoke_key(edge: Edge, incoming: Incoming) -> Answer:
    """Takes the key back for good: 204."""
    content = await read_bodiless(edge, incoming, "key_id")
    operation = RevokeKey(**content.subject)
    submission = await _submit(edge, incoming, "revoke_key", operation, content)
    return record_answer(submission, NO_CONTENT)


async def create_identity_secret(edge: Edge, incoming: Incoming) -> Answer:
    """The secret is made here and shown this once."""
    content = await read_content(edge, incoming)
    read_no_fields(content.body)
    secret = new_identity_secret()
    operation = CreateIdentitySecret(secret)
    submission = await _submit(edge, incoming, "create_identity_secret", operation, content)
    return record_answer(submission, CREATED, secret=secret)


async def delete_identity_secret(edge: Edge, incoming: Incoming) -> Answer:
    """Takes the secret back: 204."""
    content = await read_bodiless(edge, incoming, "secret_id")
    operation = DeleteIdentitySecret(**content.subject)
    submission = await _submit(edge, incoming, "delete_identity_secret", operation, content)
    return record_answer(submission, NO_CONTENT)


async def _submit(
    edge: Edge, incoming: Incoming, operation_type: str, operation: Operation, content: Content
) -> Submission:
    asked = asked_for(incoming, operation_type, operation, content)
    submission = await submit(edge, incoming, asked)
    edge.projects.forget(incoming.caller.project.id)
    return submission

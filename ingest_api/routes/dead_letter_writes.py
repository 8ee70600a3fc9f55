"""Operations that were set aside: asked for again, or forgotten (contract §11)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ingest_api import account_writes
from ingest_api.account_reading import Content, fingerprint_of, read_bodiless
from ingest_api.answers import Answer
from ingest_api.asked import Asked
from ingest_api.edge import Edge
from ingest_api.envelope_fields import read_message_id
from ingest_api.errors import malformed_dead_letter, no_such_record
from ingest_api.idempotency import read_idempotency_key
from ingest_api.incoming import Incoming
from ingest_api.preferences import read_preferences
from ingest_api.submission import Submission
from ingest_api.submit import submit
from ingest_api.write_answers import replay_answer
from models.operations import is_replayable
from models.queries.dead_letters import find_envelope
from models.queries.operations import find_by_key
from workers.mailbox.answers import Replay


async def replay(edge: Edge, incoming: Incoming) -> Answer:
    """Asks for the same again, at the present place in the order.

    That it happens once is for the worker to see to: it takes the dead letter away in the same
    step. Where it is gone, a repeat under the replay's idempotency key still gets its outcome.
    """
    content = await read_bodiless(edge, incoming, "dead_letter_id")
    key = read_idempotency_key(incoming, read_message_id(content.body))
    read = partial(
        find_envelope,
        project_id=incoming.caller.project.id,
        dead_letter_id=content.subject["dead_letter_id"],
    )
    envelope = await edge.reads.run(read)
    if envelope is None:
        return replay_answer(await _first_replay(edge, incoming, content, key))
    if not is_replayable(envelope["type"]):
        raise malformed_dead_letter()
    asked = _asked(incoming, envelope, content, key)
    return replay_answer(await submit(edge, incoming, asked))


async def _first_replay(
    edge: Edge, incoming: Incoming, content: Content, key: str | None
) -> Submission:
    """The replay that was asked for under this key. Raises Problem 404 where none was."""
    if key is None:
        raise no_such_record()
    project_id = incoming.caller.project.id
    read = partial(find_by_key, project_id=project_id, idempotency_key=key)
    for fingerprint, record in await edge.reads.run(read):
        if fingerprint == fingerprint_of(record["type"], content):
            asked = _asked(incoming, {"type": record["type"]}, content, key)
            preferences = read_preferences(incoming.header_values(b"prefer"))
            return Submission(asked, Replay(record["operation_id"]), record, preferences, 0.0)
    raise no_such_record()


def _asked(
    incoming: Incoming, envelope: Mapping[str, Any], content: Content, key: str | None
) -> Asked:
    return Asked(
        caller=incoming.caller,
        operation_type=envelope["type"],
        payload=envelope.get("payload", {}),
        warnings=envelope.get("warnings", []),
        idempotency_key=key,
        fingerprint=fingerprint_of(envelope["type"], content),
        author=envelope.get("caller"),
        dead_letter_id=content.subject["dead_letter_id"],
    )


async def discard(edge: Edge, incoming: Incoming) -> Answer:
    """Forgets the dead letter: 204. Its receipt stays."""
    return await account_writes.bodiless(edge, incoming, "discard_dead_letter", "dead_letter_id")

"""Operations that were set aside: asked for again, or forgotten (contract §11)."""

from functools import partial

from ingest_api import account_writes
from ingest_api.account_reading import fingerprint_of, read_bodiless
from ingest_api.answers import Answer
from ingest_api.asked import Asked
from ingest_api.edge import Edge
from ingest_api.envelope_fields import read_message_id
from ingest_api.errors import malformed_dead_letter, no_such_record
from ingest_api.idempotency import read_idempotency_key
from ingest_api.incoming import Incoming
from ingest_api.submit import submit
from ingest_api.write_answers import replay_answer
from models.operations import is_replayable
from models.queries.dead_letters import find_envelope


async def replay(edge: Edge, incoming: Incoming) -> Answer:
    """Asks for the same again, at the present place in the order.

    That it happens once is for the worker to see to: it takes the dead letter away in the same
    step.
    """
    content = await read_bodiless(edge, incoming, "dead_letter_id")
    dead_letter_id = content.subject["dead_letter_id"]
    project_id = incoming.caller.project.id
    envelope = await edge.reads.run(
        partial(find_envelope, project_id=project_id, dead_letter_id=dead_letter_id)
    )
    if envelope is None:
        raise no_such_record()
    if not is_replayable(envelope["type"]):
        raise malformed_dead_letter()
    asked = Asked(
        caller=incoming.caller,
        operation_type=envelope["type"],
        payload=envelope["payload"],
        warnings=envelope.get("warnings", []),
        idempotency_key=read_idempotency_key(incoming, read_message_id(content.body)),
        fingerprint=fingerprint_of(envelope["type"], content),
        author=envelope["caller"],
        dead_letter_id=dead_letter_id,
    )
    return replay_answer(await submit(edge, incoming, asked))


async def discard(edge: Edge, incoming: Incoming) -> Answer:
    return await account_writes.bodiless(edge, incoming, "discard_dead_letter", "dead_letter_id")

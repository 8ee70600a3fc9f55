"""An operation from the command line: into the project's mailbox like any other, and its outcome.

A person at a terminal has the same order, the same receipts and the same worker as a caller.
"""

from dataclasses import dataclass, replace

from ingest_api.cli.refusing import NotAccepted
from ingest_api.edge import Edge
from models.queries.operations import SettledRecord
from workers.mailbox.answers import Accepted, MailboxFull
from workers.mailbox.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Sent:
    """An accepted operation; `record` is None while it is not settled."""

    operation_id: str
    record: SettledRecord | None


async def ask(edge: Edge, project_id: str, envelope: Envelope, wait_s: float) -> Sent:
    """Takes the operation, which has no idempotency key, in, and waits for its outcome.

    For `wait_s` at most. Raises NotAccepted, MailboxUnavailable and Transient.
    """
    with edge.outcomes.waiting([envelope.nonce]) as arrivals:
        answer = await edge.post.accept(project_id, replace(envelope, reply_to=edge.id))
        match answer:
            case Accepted(operation_id):
                operation = (project_id, operation_id)
                return Sent(operation_id, await edge.waiters.wait(operation, arrivals, wait_s))
            case MailboxFull():
                raise NotAccepted("The project has as many waiting operations as it may have.")
            case _:
                raise AssertionError("without an idempotency key nothing is repeated")

"""`hal-ingest dead-letters`: list, show, replay and discard (contract §11)."""

from functools import partial
from typing import Annotated, Any

import typer

from ingest_api.cli.answer import Answer, AsJson
from ingest_api.cli.asking import Sent, ask
from ingest_api.cli.project import ProjectId
from ingest_api.cli.refusing import answering, refuse
from ingest_api.cli.stored_data import stored_data
from ingest_api.cli.through_edge import through_edge
from ingest_api.content_fingerprint import content_fingerprint
from ingest_api.edge import Edge
from ingest_api.verdicts import outcome_document
from models.operations import is_replayable, to_payload
from models.operations.dead_letters import DiscardDeadLetter
from models.outcomes import DEAD_LETTER_MALFORMED, OPERATION_FAILED
from models.provisioning.project_row import require_project
from models.provisioning.refusals import NotFound, Refused
from models.queries.dead_letters import find_dead_letter, find_envelope, list_dead_letters
from models.queries.page import Page
from workers.mailbox.envelope import Envelope
from workers.mailbox.post import new_nonce

app = typer.Typer(
    name="dead-letters",
    help="Look into operations that failed by themselves; ask for them again, or forget them.",
    no_args_is_help=True,
)

LISTED = ("id", "type", "caller", "reason", "failed_at")
LetterId = Annotated[
    str, typer.Argument(metavar="DEAD_LETTER_ID", help="As `dead-letters list` shows it.")
]
WaitS = Annotated[
    float,
    typer.Option("--wait-s", min=0, max=300, help="Seconds to wait for the outcome."),
]


class NotReplayable(Refused):
    """What was accepted is no operation of any known version."""

    code = DEAD_LETTER_MALFORMED.code

    def __init__(self) -> None:
        super().__init__(DEAD_LETTER_MALFORMED.detail)


@app.command("list")
def list_newest(
    project: ProjectId,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the dead letters of a project, newest first."""
    with answering(as_json) as answer, stored_data() as database:
        with database.reading() as connection:
            require_project(connection, project)
            found = list_dead_letters(connection, project, Page(limit)).items
        shown = found if as_json else [{name: row[name] for name in LISTED} for row in found]
        answer.items(shown, "No dead letter: no operation failed by itself.")


@app.command()
def show(project: ProjectId, dead_letter_id: LetterId, as_json: AsJson = False) -> None:
    """Show why an operation failed, and what it asked for (with what people sent)."""
    with answering(as_json) as answer, stored_data() as database:
        with database.reading() as connection:
            found = find_dead_letter(connection, project, dead_letter_id)
        if found is None:
            raise _no_such_letter(dead_letter_id)
        answer.record(
            found,
            "The worker's log has the place of the error, under this id. Once the cause is "
            f"mended: hal-ingest dead-letters replay {project} {dead_letter_id}",
        )


@app.command()
def replay(
    project: ProjectId, dead_letter_id: LetterId, wait_s: WaitS = 10.0, as_json: AsJson = False
) -> None:
    """Ask for the operation again: as a new one at the present place in the order, once.

    Exits with 1 if it is refused or fails again; an operation that is still queued is no failure.
    """

    async def work(edge: Edge) -> Sent:
        read = partial(find_envelope, project_id=project, dead_letter_id=dead_letter_id)
        stored = await edge.reads.run(read)
        if stored is None:
            raise _no_such_letter(dead_letter_id)
        if not is_replayable(stored["type"]):
            raise NotReplayable
        return await ask(edge, project, _again(stored, dead_letter_id), wait_s)

    with answering(as_json) as answer:
        _tell(answer, project, through_edge(work))


@app.command()
def discard(
    project: ProjectId, dead_letter_id: LetterId, wait_s: WaitS = 10.0, as_json: AsJson = False
) -> None:
    """Forget a dead letter for good; its receipt stays."""
    operation_type = "discard_dead_letter"
    envelope = Envelope(
        nonce=new_nonce(),
        type=operation_type,
        caller="secret",
        payload=to_payload(DiscardDeadLetter(dead_letter_id)),
        fingerprint=content_fingerprint(operation_type, {}, dead_letter_id),
    )

    async def work(edge: Edge) -> Sent:
        read = partial(find_dead_letter, project_id=project, dead_letter_id=dead_letter_id)
        if await edge.reads.run(read) is None:
            raise _no_such_letter(dead_letter_id)
        return await ask(edge, project, envelope, wait_s)

    with answering(as_json) as answer:
        _tell(answer, project, through_edge(work))


def _again(stored: dict[str, Any], dead_letter_id: str) -> Envelope:
    """The operation as it was accepted, for another time; by the same caller, without its key."""
    return Envelope(
        nonce=new_nonce(),
        type=stored["type"],
        caller=stored["caller"],
        payload=stored["payload"],
        fingerprint=stored["fingerprint"],
        warnings=stored.get("warnings", []),
        dead_letter_id=dead_letter_id,
    )


def _tell(answer: Answer, project_id: str, sent: Sent) -> None:
    """Prints the outcome; what was refused or failed ends the command with 1."""
    record = sent.record
    if record is None:
        queued = {"operation_id": sent.operation_id, "status": "queued"}
        look = f"hal-ingest operations show {project_id} {sent.operation_id}"
        answer.record(queued, f"No worker has applied it yet. Look again: {look}")
        return
    if record["status"] in ("rejected", "failed"):
        problem = record["problem"] or OPERATION_FAILED.as_problem()
        refuse(problem["code"], f"{problem['detail']} ({sent.operation_id})", answer.as_json)
    answer.record(outcome_document(record, "secret"))


def _no_such_letter(dead_letter_id: str) -> NotFound:
    return NotFound(f"There is no dead letter {dead_letter_id} in this project.")

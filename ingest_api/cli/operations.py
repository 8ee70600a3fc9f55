"""`hal-ingest operations`: list, show and tail: where did it go? (contract §11)"""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import typer

from ingest_api.cli.answer import Answer, AsJson, print_table
from ingest_api.cli.documents import now_ms
from ingest_api.cli.following import follow
from ingest_api.cli.moments import read_moment_ms
from ingest_api.cli.operation_rows import changed_fields, head, listed
from ingest_api.cli.project import ProjectId
from ingest_api.cli.refusing import answering
from ingest_api.cli.stored_data import stored_data
from ingest_api.cli.through_edge import operator, through_edge
from ingest_api.edge import Edge
from ingest_api.receipts import find_operation, list_operations
from models.outcomes import Status
from models.provisioning.project_row import require_project
from models.provisioning.refusals import NotFound
from models.queries.ledger import OperationFilters
from models.queries.page import Found, Page
from workers.mailbox.operation_ids import first_operation_id

app = typer.Typer(
    name="operations",
    help="See what became of what was asked, and which operation changed what.",
    no_args_is_help=True,
)

Visitor = Annotated[str | None, typer.Option("--visitor", help="Of this visitor id only.")]
Contact = Annotated[
    str | None, typer.Option("--contact", help="Of this contact's id only, merged ids too.")
]
OfType = Annotated[
    str | None, typer.Option("--type", help="Of one type only: identify, track, update_contact ...")
]
AnyStatus = Literal["queued", Status]
Limit = Annotated[int, typer.Option(min=1, max=200, help="How many at most.")]


@app.command("list")
def list_newest(  # noqa: PLR0913, PLR0917 - one for each option
    project: ProjectId,
    visitor_id: Visitor = None,
    contact_id: Contact = None,
    operation_type: OfType = None,
    status: Annotated[AnyStatus | None, typer.Option(help="With one status only.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Accepted since: an ISO 8601 time, or 30m, 2h, 7d ago.")
    ] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest operations, those that still wait among them, newest first.

    Example: hal-ingest operations list proj_123 --status rejected --since 2h
    """
    since_ms = None if since is None else read_moment_ms(since, now_ms())
    filters = OperationFilters(
        visitor_id,
        contact_id,
        operation_type,
        status,
        None if since_ms is None else first_operation_id(since_ms),
    )

    async def work(edge: Edge) -> Found[str]:
        await operator(edge, project)
        return await list_operations(edge, project, filters, since_ms or 0, Page(limit))

    with answering(as_json) as answer:
        found = through_edge(work).items
        answer.items(found if as_json else [listed(receipt) for receipt in found], "No operation.")


@app.command()
def show(
    project: ProjectId,
    operation_id: Annotated[
        str, typer.Argument(metavar="OPERATION_ID", help="As `X-Operation-Id` or a list has it.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show an operation's receipt: outcome, warnings, and what it changed field by field."""

    async def work(edge: Edge) -> dict[str, Any] | None:
        return await find_operation(edge, await operator(edge, project), operation_id)

    with answering(as_json) as answer:
        receipt = through_edge(work)
        if receipt is None:
            raise NotFound(f"There is no operation {operation_id} in this project.")
        if as_json:
            answer.record(receipt)
        else:
            _print_receipt(answer, receipt)


@app.command()
def tail(  # noqa: PLR0913, PLR0917 - one for each option
    project: ProjectId,
    visitor_id: Visitor = None,
    contact_id: Contact = None,
    operation_type: OfType = None,
    status: Annotated[Status | None, typer.Option(help="With one status only.")] = None,
    limit: Annotated[int, typer.Option(min=0, max=200, help="How many to begin with.")] = 10,
    following: Annotated[
        bool, typer.Option("--follow/--no-follow", help="Go on, or end with the last one.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Print operations as they are settled, newest last, until Ctrl-C.

    With --json one JSON document a line.
    """
    filters = OperationFilters(visitor_id, contact_id, operation_type, status)
    with answering(as_json) as answer, stored_data() as database:
        with database.reading() as connection:
            require_project(connection, project)
        follow(database, project, filters, limit, goes_on=following, answer=answer)


def _print_receipt(answer: Answer, receipt: Mapping[str, Any]) -> None:
    answer.record(head(receipt))
    warnings = (receipt["outcome"] or {}).get("warnings", ())
    _print_rows("not applied in part", ("code", "pointer", "detail"), warnings)
    _print_rows("changes", ("record", "id", "pointer", "before", "after"), changed_fields(receipt))


def _print_rows(title: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        sys.stdout.write(f"\n{title}:\n")
        print_table(names, [[row.get(name) for name in names] for row in rows])

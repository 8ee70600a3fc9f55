"""`hal-ingest company`: create and list."""

from typing import Annotated

import typer

from ingest_api.cli.answer import AsJson
from ingest_api.cli.documents import document_of, now_ms
from ingest_api.cli.project import ProjectId
from ingest_api.cli.refusing import answering
from ingest_api.cli.stored_data import stored_data
from models.provisioning.companies import create_company, list_companies

app = typer.Typer(name="company", help="Create and list companies by hand.", no_args_is_help=True)


@app.command()
def create(
    project: ProjectId,
    name: Annotated[str, typer.Option(help="What the company is called.")],
    external_id: Annotated[
        str | None,
        typer.Option(help="Your own id for it, which requests may name it by; unique."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a company that no contact is linked to yet.

    Example: hal-ingest company create proj_123 --external-id acme --name "Acme Inc"
    """
    with answering(as_json) as answer, stored_data() as database:
        with database.transaction() as connection:
            made = create_company(connection, project, external_id, name, now_ms())
        answer.record(document_of(made))


@app.command("list")
def list_newest(
    project: ProjectId,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest companies of a project, placeholders too."""
    with answering(as_json) as answer, stored_data() as database:
        with database.reading() as connection:
            companies = list_companies(connection, project, limit)
        answer.items([document_of(company) for company in companies], "No company yet.")

"""`hal-ingest stages`: set and list."""

from typing import Annotated

import typer

from ingest_api.cli.answer import AsJson
from ingest_api.cli.documents import document_of
from ingest_api.cli.project import ProjectId
from ingest_api.cli.refusing import answering
from ingest_api.cli.stored_data import stored_data
from models.provisioning.stages import list_stages, set_stages

app = typer.Typer(name="stages", help="Set and list a project's pipeline.", no_args_is_help=True)


@app.command("set")
def set_all(
    project: ProjectId,
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAMES...",
            help="The whole pipeline in its order: one word with commas, or a word for each stage.",
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Set the whole pipeline at once.

    A stage that exists by name keeps its companies; one that companies stand in cannot go.

    Example: hal-ingest stages set proj_123 Lead,Qualified,Proposal,Customer
    """
    pipeline = names[0].split(",") if len(names) == 1 else names
    with answering(as_json) as answer, stored_data() as database:
        with database.transaction() as connection:
            stages = set_stages(connection, project, pipeline)
        answer.items([document_of(stage) for stage in stages], "The pipeline is empty now.")


@app.command("list")
def list_all(project: ProjectId, as_json: AsJson = False) -> None:
    """List the pipeline in its order."""
    with answering(as_json) as answer, stored_data() as database:
        with database.reading() as connection:
            stages = list_stages(connection, project)
        answer.items(
            [document_of(stage) for stage in stages],
            f"No stage yet: hal-ingest stages set {project} Lead,Qualified,Customer",
        )

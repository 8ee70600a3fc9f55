"""`hal-ingest project`: create, list, show and set."""

from dataclasses import asdict
from typing import Annotated

import typer

from ingest_api.cli.answer import AsJson
from ingest_api.cli.documents import now_ms, project_document
from ingest_api.cli.refusing import answering
from ingest_api.cli.setting_words import SETTINGS_HELP, read_setting_words
from ingest_api.cli.stored_data import stored_data
from models.operations.project_settings import read_settings_update
from models.provisioning.projects import (
    create_project,
    list_projects,
    show_project,
    update_project,
)

app = typer.Typer(
    name="project", help="Create, list, show and change projects.", no_args_is_help=True
)

SHOWN_ONCE = "The keys and the identity secret are shown this once: keep them now."
ProjectId = Annotated[str, typer.Argument(metavar="PROJECT", help="The project's id.")]


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What people call the project.")],
    project_id: Annotated[
        str | None,
        typer.Option("--id", help="The id that requests name it by; a random one if left out."),
    ] = None,
    stages: Annotated[
        str, typer.Option(help="The pipeline in its order, names between commas.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make a project, with one key of each kind and one identity secret.

    Example: hal-ingest project create --id proj_123 --name Demo --stages Lead,Qualified,Customer
    """
    pipeline = stages.split(",") if stages else []
    with answering(as_json) as answer, stored_data() as database:
        with database.transaction() as connection:
            created = create_project(connection, project_id, name, pipeline, now_ms())
        answer.record(asdict(created), SHOWN_ONCE)


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List all projects, newest first."""
    with answering(as_json) as answer, stored_data() as database:
        with database.reading() as connection:
            projects = list_projects(connection)
        shown = ("project_id", "name", "created_at")
        documents = [project_document(project) for project in projects]
        answer.items(
            [{name: document[name] for name in shown} for document in documents],
            "No project yet: hal-ingest project create --name Demo",
        )


@app.command()
def show(project: ProjectId, as_json: AsJson = False) -> None:
    """Show a project and all its settings."""
    with answering(as_json) as answer, stored_data() as database:
        with database.reading() as connection:
            found = show_project(connection, project)
        answer.record(project_document(found))


@app.command("set", epilog=SETTINGS_HELP)
def change(
    project: ProjectId,
    settings: Annotated[
        list[str], typer.Argument(metavar="SETTING=VALUE...", help="Settings to change.")
    ],
    as_json: AsJson = False,
) -> None:
    """Change settings of a project; what is not named stays as it is.

    Running edges take a change over within a few seconds.

    Example: hal-ingest project set proj_123 stage_update_mode=exact
    """
    words = read_setting_words(settings)
    with answering(as_json) as answer, stored_data() as database:
        wanted = read_settings_update(words)
        with database.transaction() as connection:
            changed = update_project(connection, project, wanted, now_ms())
        answer.record(project_document(changed))

"""`hal-ingest identity-secrets`: create, list and delete."""

from typing import Annotated

import typer

from ingest_api.cli.answer import AsJson
from ingest_api.cli.documents import document_of, now_ms
from ingest_api.cli.project import ProjectId
from ingest_api.cli.refusing import answering
from ingest_api.cli.stored_data import stored_data
from models.provisioning.identity_secrets import (
    create_identity_secret,
    delete_identity_secret,
    list_identity_secrets,
)

app = typer.Typer(
    name="identity-secrets",
    help="Create, list and delete what signs for visitors; two can be live, to change over.",
    no_args_is_help=True,
)


@app.command()
def create(project: ProjectId, as_json: AsJson = False) -> None:
    """Make an identity secret; it is shown this once. A third is refused."""
    with answering(as_json) as answer, stored_data() as database:
        with database.transaction() as connection:
            new = create_identity_secret(connection, project, now_ms())
        answer.record(
            {**document_of(new.secret), "secret": new.printed},
            "The secret is shown this once: keep it now.",
        )


@app.command("list")
def list_all(project: ProjectId, as_json: AsJson = False) -> None:
    """List the live identity secrets, and when each last verified something."""
    with answering(as_json) as answer, stored_data() as database:
        with database.reading() as connection:
            live = list_identity_secrets(connection, project)
        answer.items(
            [document_of(secret) for secret in live],
            f"No identity secret: hal-ingest identity-secrets create {project}",
        )


@app.command()
def delete(
    project: ProjectId,
    secret_id: Annotated[
        str, typer.Argument(metavar="SECRET_ID", help="As `identity-secrets list` shows it.")
    ],
    as_json: AsJson = False,
) -> None:
    """Take an identity secret back; what it signed is then refused, within a few seconds."""
    with answering(as_json) as answer, stored_data() as database:
        with database.transaction() as connection:
            delete_identity_secret(connection, project, secret_id)
        answer.record({"id": secret_id, "deleted": True})

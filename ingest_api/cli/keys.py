"""`hal-ingest keys`: create, list and revoke."""

from typing import Annotated

import typer

from ingest_api.cli.answer import AsJson
from ingest_api.cli.documents import document_of, now_ms
from ingest_api.cli.project import ProjectId
from ingest_api.cli.refusing import answering
from ingest_api.cli.stored_data import stored_data
from models.operations.credentials import KeyKind
from models.provisioning.keys import create_key, list_keys, revoke_key

app = typer.Typer(
    name="keys", help="Create, list and revoke a project's keys.", no_args_is_help=True
)


@app.command()
def create(
    project: ProjectId,
    kind: Annotated[
        KeyKind,
        typer.Option(
            help="publishable: for widgets in browsers; secret: for your own backend; "
            "api: for outside integrations."
        ),
    ],
    label: Annotated[str | None, typer.Option(help="A note of where the key is used.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key; it is shown this once."""
    with answering(as_json) as answer, stored_data() as database:
        with database.transaction() as connection:
            new = create_key(connection, project, kind, label, now_ms())
        answer.record(
            {**document_of(new.key), "key": new.printed}, "The key is shown this once: keep it now."
        )


@app.command("list")
def list_all(project: ProjectId, as_json: AsJson = False) -> None:
    """List the keys of a project, newest first; never the keys themselves."""
    with answering(as_json) as answer, stored_data() as database:
        with database.reading() as connection:
            keys = list_keys(connection, project)
        answer.items(
            [document_of(key) for key in keys],
            f"No key yet: hal-ingest keys create {project} --kind secret",
        )


@app.command()
def revoke(
    project: ProjectId,
    key_id: Annotated[str, typer.Argument(metavar="KEY_ID", help="As `keys list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Take a key back for good; running edges refuse it within a few seconds."""
    with answering(as_json) as answer, stored_data() as database:
        with database.transaction() as connection:
            revoke_key(connection, project, key_id, now_ms())
            revoked = [key for key in list_keys(connection, project) if key.id == key_id]
        answer.record(document_of(revoked[0]))

"""`hal-ingest up`."""

from pathlib import Path
from typing import Annotated

import typer

from ingest_api.cli.answer import AsJson
from ingest_api.cli.refusing import answering
from ingest_api.cli.starting import settings_or_exit
from ingest_api.embedded.up import run_up
from models.provisioning.demo import ensure_demo_project

app = typer.Typer()


@app.command()
def up(
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the data is kept.", file_okay=False)
    ] = Path("var"),
    as_json: AsJson = False,
) -> None:
    """Run everything on this machine until Ctrl-C: edge, worker, a Redis-compatible server, SQLite.

    The first start makes a demo project and prints its keys; a second one goes
    on with the same data. REDIS_URL and DATABASE_URL, where set, are used instead.
    """
    settings = settings_or_exit(as_json)
    with answering(as_json):
        code = run_up(settings, data, ensure_demo_project, as_json=as_json)
        raise typer.Exit(code)

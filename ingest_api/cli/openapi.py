"""`hal-ingest openapi`."""

import json
import sys

import typer

from ingest_api.cli.answer import AsJson
from ingest_api.openapi.document import document_bytes

app = typer.Typer()


@app.command()
def openapi(as_json: AsJson = False) -> None:
    """Print the OpenAPI document that `GET /openapi.json` answers. Needs no setting.

    Indented for a person; with --json byte for byte as it is served.
    """
    document = document_bytes().body
    if not as_json:
        document = json.dumps(json.loads(document), ensure_ascii=False, indent=2).encode()
    sys.stdout.buffer.write(document + b"\n")

"""`hal-ingest`, the command line (contract §13): start the parts, and provision projects by hand.

Each command is a module with a typer `app`; `application.COMMANDS` lists them.
"""

from ingest_api.cli.application import main

__all__ = ["main"]

"""What a command prints: tables for a person, one JSON document with `--json`."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest_api.exact_json import encode_exact
from models.documents.exact import JsonText

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON document, for programs to read.")
]

_UNBOUNDED_WIDTH = 10_000
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


class Answer:
    """Standard output of one command."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def record(self, document: Mapping[str, Any], note: str = "") -> None:
        """Print one record; the note is for a person only."""
        if self.as_json:
            self._document(document)
            return
        width = max(len(name) for name in document)
        for name, value in document.items():
            print(f"{name:<{width}}  {readable(value)}")
        if note:
            print(f"\n{note}")

    def items(self, documents: Sequence[Mapping[str, Any]], empty: str) -> None:
        """Print a list of records that have the same names; `empty` is for a person only."""
        if self.as_json:
            self._document({"items": list(documents)})
        elif documents:
            print_table(list(documents[0]), [list(row.values()) for row in documents])
        else:
            print(empty)

    def sentence(self, document: Mapping[str, Any], words: str) -> None:
        """Print one record, or to a person a sentence that says the same."""
        if self.as_json:
            self._document(document)
        else:
            print(readable(words))

    def line(self, document: Mapping[str, Any]) -> None:
        """Print one document of an endless list at once, for programs."""
        self._document(document)
        sys.stdout.flush()

    def _document(self, document: Mapping[str, Any]) -> None:
        print(json_text(document))


def json_text(document: Any) -> str:
    """The document as JSON, exact amounts included, in ASCII: any terminal can show it."""
    return _NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], encode_exact(document))


def print_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table; where nobody looks on (a pipe, a file), no cell is folded or cut."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        # Text and not a string: a company may be called [red].
        table.add_row(*(Text(readable(value)) for value in row))
    console = Console(width=None if sys.stdout.isatty() else _UNBOUNDED_WIDTH)
    console.print(table)


def readable(value: Any) -> str:
    """A value for a person; stored text cannot steer the terminal."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = ", ".join(value)
    if isinstance(value, JsonText):
        value = value.text
    text = value if isinstance(value, str) else encode_exact(value)
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )

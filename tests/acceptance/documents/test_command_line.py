"""`hal-ingest openapi` prints what the edge serves, without any of its services."""

import json

from ingest_api.openapi.document import document_bytes
from tests.services.command_line import CommandLine


def test_it_prints_the_document_without_a_database_or_redis() -> None:
    hal = CommandLine(database_url="sqlite:////nowhere/at/all.db", redis_url="redis://127.0.0.1:1")
    assert hal("openapi", "--json").output.encode() == document_bytes().body + b"\n"


def test_it_is_indented_for_a_person() -> None:
    told = CommandLine()("openapi").output
    assert told.startswith('{\n  "openapi": "3.1.0",\n')
    assert json.loads(told) == json.loads(document_bytes().body)

"""Log lines: one JSON object each, readable on a terminal, and never a secret or stored data."""

import io
import json
import logging
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from config.logs import configure_logs, describe_exception


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    former = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure_logs("INFO", "json", stream)
    yield stream
    root.handlers[:], root.level = former
    structlog.reset_defaults()


def _last(lines: io.StringIO) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return line


def test_a_line_is_one_json_object_with_its_fields(lines: io.StringIO) -> None:
    structlog.stdlib.get_logger("edge").info("accepted", project_id="proj_1")
    assert _last(lines) | {"timestamp": ""} == {
        "event": "accepted",
        "level": "info",
        "logger": "edge",
        "project_id": "proj_1",
        "timestamp": "",
    }


def test_the_standard_librarys_lines_look_the_same(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("slow %s", "start")
    assert _last(lines)["event"] == "slow start"


@pytest.mark.parametrize("name", ["rq.worker", "rq", "uvicorn.access"])
def test_loggers_that_quote_arguments_stay_silent(lines: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("drain('ada@example.com')")
    assert lines.getvalue() == ""


def test_an_exception_is_logged_without_values_of_variables(lines: io.StringIO) -> None:
    token = "sk_" + "very-secret"
    try:
        raise RuntimeError("no answer" if token else "")
    except RuntimeError:
        structlog.stdlib.get_logger("edge").exception("gave_up")
    line = _last(lines)
    assert "RuntimeError: no answer" in line["exception"]
    assert "very-secret" not in json.dumps(line)


def test_a_database_errors_text_is_withheld_along_the_whole_chain() -> None:
    try:
        try:
            raise sqlite3.IntegrityError("UNIQUE failed: ada@example.com")
        except sqlite3.IntegrityError as cause:
            raise RuntimeError("not saved") from cause
    except RuntimeError as error:
        text = describe_exception(error)
    assert "not saved" in text
    assert "sqlite3.IntegrityError: (message withheld)" in text
    assert "ada@example.com" not in text


def test_a_terminal_gets_readable_lines() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    former = (root.handlers[:], root.level)
    configure_logs("INFO", "console", stream)
    logging.getLogger("x").info("hello")
    root.handlers[:], root.level = former
    structlog.reset_defaults()
    assert "hello" in stream.getvalue()
    assert not stream.getvalue().startswith("{")

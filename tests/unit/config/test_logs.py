"""Log lines: one JSON object each, readable on a terminal, and never a secret or stored data."""

import asyncio
import errno
import gc
import io
import json
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from config.exception_text import describe_exception
from config.logs import configure_logs
from models.database import Transient

PERSON = "ada@example.com"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    former = (root.handlers[:], root.level, logging.raiseExceptions)
    stream = io.StringIO()
    configure_logs("INFO", "json", stream)
    yield stream
    root.handlers[:], root.level, logging.raiseExceptions = former
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


def test_a_standard_line_tells_known_fields_and_no_others(lines: io.StringIO) -> None:
    extra = {"operation_id": "op_1", "request": PERSON}
    with structlog.contextvars.bound_contextvars(project_id="proj_1"):
        logging.getLogger("workers.drain").error("it was set aside", extra=extra)
    line = _last(lines)
    assert (line["project_id"], line["operation_id"]) == ("proj_1", "op_1")
    assert PERSON not in lines.getvalue()


@pytest.mark.parametrize("name", ["rq.worker", "rq", "uvicorn.access"])
def test_loggers_that_quote_arguments_stay_silent(lines: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("drain('ada@example.com')")
    assert lines.getvalue() == ""


def test_an_exception_is_logged_without_values_of_variables(lines: io.StringIO) -> None:
    token = "sk_" + "very-secret"
    try:
        raise Transient("no answer" if token else "")
    except Transient:
        structlog.stdlib.get_logger("edge").exception("gave_up")
    line = _last(lines)
    assert "Transient: no answer" in line["exception"]
    assert "very-secret" not in json.dumps(line)


@pytest.mark.parametrize(
    "quoting",
    [
        sqlite3.IntegrityError(f"UNIQUE failed: {PERSON}"),
        TypeError(f"unexpected keyword argument '{PERSON}'"),
        ValueError(f"invalid literal: {PERSON}"),
        KeyError(PERSON),
        FileNotFoundError(errno.ENOENT, "no such file", PERSON),
    ],
)
def test_a_foreign_errors_text_is_withheld_along_the_whole_chain(quoting: Exception) -> None:
    try:
        try:
            raise quoting
        except type(quoting) as cause:
            raise Transient("not saved") from cause
    except Transient as error:
        text = describe_exception(error)
    assert "not saved" in text
    assert f"{type(quoting).__name__}: " in text
    assert PERSON not in text


def test_a_task_that_nobody_awaits_is_logged_without_its_error(lines: io.StringIO) -> None:
    async def forgotten() -> None:
        raise ValueError(PERSON)

    async def forgetful() -> None:
        task = asyncio.create_task(forgotten())
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(forgetful())
    assert _last(lines)["event"] == "Task exception was never retrieved"
    assert PERSON not in lines.getvalue()


@pytest.mark.parametrize("thread", [False, True])
def test_an_uncaught_error_ends_a_process_without_its_text(thread: bool) -> None:
    ending = "threading.Thread(target=end).start()" if thread else "end()"
    program = (
        "import threading\nfrom config import exception_text\n"
        "exception_text.tell_uncaught_errors_without_their_text()\n"
        f"def end():\n    raise ValueError('{PERSON}'.lower())\n{ending}"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert told.stderr.startswith("uncaught builtins.ValueError: (message withheld)\n")
    assert PERSON not in told.stderr + told.stdout


def test_a_line_that_cannot_be_written_does_not_show_its_arguments(
    lines: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("x").warning("%d people", PERSON)
    assert PERSON not in lines.getvalue() + "".join(capsys.readouterr())


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

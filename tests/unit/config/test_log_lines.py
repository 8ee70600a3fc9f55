"""A pipe whose reader has stopped holds no process up: lines are left out, and that is told."""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from typing import TextIO

import pytest

from config.log_lines import LineHandler

PIPE_BYTES = 4096
LINES = 200


class Pipe:
    """A pipe with little room, and what was read of it."""

    def __init__(self) -> None:
        self.out, into = os.pipe()
        fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self.stream: TextIO = os.fdopen(into, "w")
        self.handler = LineHandler(self.stream)

    def say(self, text: str) -> None:
        self.handler.emit(logging.LogRecord("a", logging.INFO, "", 0, text, (), None))

    def read(self) -> list[str]:
        """The lines that wait to be read."""
        return os.read(self.out, 16 * PIPE_BYTES).decode().splitlines()

    def close(self) -> None:
        """Ends it, at which whoever reads learns that nothing more comes."""
        self.handler.close()
        self.stream.close()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()
    os.close(made.out)


def test_who_reads_gets_every_line(pipe: Pipe) -> None:
    heard: list[str] = []

    def listen() -> None:
        with os.fdopen(os.dup(pipe.out)) as lines:
            heard.extend(lines)

    listening = threading.Thread(target=listen)
    listening.start()
    for number in range(LINES):
        pipe.say(f"line {number} {'-' * 80}")
    pipe.close()
    listening.join()
    assert [line.split()[1] for line in heard] == [str(number) for number in range(LINES)]


def test_lines_that_nobody_reads_are_left_out_and_counted(pipe: Pipe) -> None:
    for number in range(LINES):
        pipe.say(f"line {number} {'-' * 80}")
    before = pipe.read()
    pipe.say("somebody reads again")
    told, again = pipe.read()
    assert again == "somebody reads again"
    assert told == f"lines left out since nobody read them: {LINES - len(before)}"
    pipe.say("and again")
    assert pipe.read() == ["and again"]


def test_a_long_line_is_written_to_its_end_before_the_next_one(pipe: Pipe) -> None:
    pipe.say("-" * (PIPE_BYTES + 100))
    pipe.say("left out")
    first = pipe.read()
    pipe.say("next")
    rest, told, following = pipe.read()
    assert "".join([*first, rest]) == "-" * (PIPE_BYTES + 100)
    assert (told, following) == ("lines left out since nobody read them: 1", "next")


def test_a_pipe_whose_reader_has_gone_is_no_error_and_another_reader_is_told(
    pipe: Pipe, capsys: pytest.CaptureFixture[str]
) -> None:
    os.close(pipe.out)
    pipe.say("nobody")
    pipe.out = os.open(f"/proc/self/fd/{pipe.stream.fileno()}", os.O_RDONLY)
    pipe.say("somebody")
    assert pipe.read() == ["lines left out since nobody read them: 1", "somebody"]
    assert capsys.readouterr().err == ""

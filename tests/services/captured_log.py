"""What this process logs, kept for a test to read."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from config.logs import configure_logs
from config.sections.section import LogLevel


@contextmanager
def captured_log(level: LogLevel) -> Iterator[io.StringIO]:
    """While entered, lines of this level and above are JSON in the stream."""
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level_before = root.handlers[:], root.level
    configure_logs(level, "json", stream)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(level_before)
        structlog.reset_defaults()

"""Log lines of every process: JSON for machines, readable on a terminal.

The standard library's loggers (uvicorn, rq, alembic) pass through the same rendering. No line
holds a secret or stored data: RQ does not log its jobs' arguments, what other packages write is
cut down, and of exceptions only what `exception_text` lets pass is told.
"""

import logging
import sys
from typing import TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from config.exception_text import describe_exception
from config.log_lines import LineHandler
from config.sections.section import LogFormat, LogLevel

_LEVEL_OF_LOGGER = {
    # These quote addresses, statements, parameters or replies.
    "psycopg": logging.ERROR,
    "redis": logging.ERROR,
    "sqlalchemy": logging.ERROR,
    "rq": logging.WARNING,
    "rq.worker": logging.WARNING,
    "uvicorn.access": logging.WARNING,
    "alembic.runtime.migration": logging.WARNING,
}
# What our own lines of the standard library's loggers tell beside their text (`extra`).
_EXTRA_FIELDS = (
    *("project_id", "operation_id", "trace_id", "span_id"),
    *("lane", "operations", "duration_ms", "status"),
    *("applied", "unchanged", "rejected", "failed"),
)


def configure_logs(
    level: LogLevel, log_format: LogFormat = "auto", stream: TextIO | None = None
) -> None:
    """Route all logging of this process to `stream` (standard error unless given)."""
    target = stream if stream is not None else sys.stderr
    as_json = log_format == "json" or (log_format == "auto" and not target.isatty())
    shared = _shared_processors()
    handler = LineHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(as_json, colours=target.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    for former in root.handlers:
        if isinstance(former, LineHandler):
            former.close()
    root.handlers[:] = [handler]
    root.setLevel(level)
    _route_foreign_loggers(logging.getLevelNamesMapping()[level])
    _withhold_what_others_quote()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(allow=_EXTRA_FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _render_exception,
    ]


def _renderer(as_json: bool, colours: bool) -> Processor:
    if as_json:
        return structlog.processors.JSONRenderer(sort_keys=True)
    return structlog.dev.ConsoleRenderer(
        colors=colours, exception_formatter=structlog.dev.plain_traceback
    )


def _route_foreign_loggers(level: int) -> None:
    for name in (*_LEVEL_OF_LOGGER, "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        logger.setLevel(max(level, _LEVEL_OF_LOGGER.get(name, level)))


def _render_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = describe_exception(error)
    return event


def _withhold_what_others_quote() -> None:
    """Keeps the ways past our own lines from writing out what an error or a line was made of."""
    logging.raiseExceptions = False  # else a line that cannot be written shows its arguments
    asyncio_logger = logging.getLogger("asyncio")
    asyncio_logger.removeFilter(_first_line)
    asyncio_logger.addFilter(_first_line)


def _first_line(record: logging.LogRecord) -> bool:
    # What follows are reprs: of a task, of the error in it.
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True

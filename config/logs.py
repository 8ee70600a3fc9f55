"""Log lines of every process: JSON for machines, readable on a terminal.

The standard library's loggers (uvicorn, rq, alembic) pass through the same rendering. No line
holds a secret or stored data: local variables are never shown, RQ does not log its jobs'
arguments, and the text of an exception that may quote a row or a request is left out.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from config.settings import LogFormat, LogLevel

# Their messages quote parameters, rows or input.
_TALKATIVE_PACKAGES = frozenset({"psycopg", "pydantic", "pydantic_core", "sqlalchemy", "sqlite3"})
_LEVEL_OF_LOGGER = {
    "rq": logging.WARNING,
    "rq.worker": logging.WARNING,
    "uvicorn.access": logging.WARNING,
    "alembic.runtime.migration": logging.WARNING,
}
_CAUSE_DEPTH = 10


def configure_logs(
    level: LogLevel, log_format: LogFormat = "auto", stream: TextIO | None = None
) -> None:
    """Route all logging of this process to `stream` (standard error unless given)."""
    target = stream if stream is not None else sys.stderr
    as_json = log_format == "json" or (log_format == "auto" and not target.isatty())
    shared = _shared_processors()
    handler = logging.StreamHandler(target)
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
    root.handlers[:] = [handler]
    root.setLevel(level)
    _route_foreign_loggers(logging.getLevelNamesMapping()[level])
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


def describe_exception(error: BaseException) -> str:
    """Write out an exception and its causes: types, places, and messages that quote no data."""
    return "\n".join(line for cause in _causes(error) for line in _describe_one(cause))


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(_CAUSE_DEPTH):
        if current is None:
            return
        yield current
        following = current.__cause__
        if following is None and not current.__suppress_context__:
            following = current.__context__
        current = following


def _describe_one(error: BaseException) -> Iterator[str]:
    kind = type(error)
    quotes_data = any(
        ancestor.__module__.partition(".")[0] in _TALKATIVE_PACKAGES for ancestor in kind.__mro__
    )
    text = "(message withheld)" if quotes_data else str(error)
    yield f"{kind.__module__}.{kind.__qualname__}: {text}"
    yield from _places(error.__traceback__)


def _places(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"

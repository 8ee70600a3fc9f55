"""An exception as text that quotes no data: for log lines, and for a process' last words.

Only kind and place are told, never local variables, since the text of an error may quote a row or
a request. A class of ours whose text never does so says `quotes_no_data = True`.
"""

import os
import sys
import threading
import traceback
from collections.abc import Iterator
from types import TracebackType

_CAUSE_DEPTH = 10


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
    yield f"{kind.__module__}.{kind.__qualname__}: {_text_of(error)}"
    yield from _places(error.__traceback__)


def _text_of(error: BaseException) -> str:
    if getattr(error, "quotes_no_data", False) is True:
        return str(error)
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)
    return "(message withheld)"


def _places(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"


def tell_uncaught_errors_without_their_text() -> None:
    """Have this process' last words, on standard error, quote no data either."""
    sys.excepthook = _tell_uncaught
    threading.excepthook = _tell_uncaught_in_thread


def _tell_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    sys.stderr.write(f"uncaught {describe_exception(error)}\n")


def _tell_uncaught_in_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
        _tell_uncaught(ended.exc_type, ended.exc_value, ended.exc_traceback)

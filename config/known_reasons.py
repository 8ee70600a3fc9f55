"""Why a service cannot be used, in words that a driver's message is known to have.

The message itself may quote names, addresses or stored data, and is never shown.
"""

import os

_KNOWN = (
    "connection refused",
    "no such file or directory",
    "name or service not known",
    "timeout",
    "timed out",
    "authentication failed",
    "authentication required",
    "invalid username-password pair",
    "db index is out of range",
    "no pg_hba.conf entry",
    "too many connections",
    "too many clients",
    "does not exist",
    "unable to open database file",
    "database is locked",
    "file is not a database",
    "readonly database",
    "permission denied",
)


def known_reason(error: BaseException) -> str:
    """The known words in the error or in what it was made from; else its text, where that quotes
    no data, or the name of its kind.
    """
    first = error.__context__ or error
    # asyncio words a refused connection in its own way; the error behind it has the number.
    message = " ".join(_words_of(each) for each in (first, first.__context__) if each is not None)
    is_plain = getattr(error, "quotes_no_data", False) is True
    otherwise = str(error) if is_plain else type(_origin_of(first)).__name__
    return next((words for words in _KNOWN if words in message), otherwise)


def _origin_of(error: BaseException) -> BaseException:
    # SQLAlchemy's errors hold the driver's.
    origin = getattr(error, "orig", None)
    return origin if isinstance(origin, BaseException) else error


def _words_of(error: BaseException) -> str:
    origin = _origin_of(error)
    number = origin.errno if isinstance(origin, OSError) else None
    return f"{origin} {os.strerror(number) if number else ''}".lower()

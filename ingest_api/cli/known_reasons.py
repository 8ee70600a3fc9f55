"""Why a service cannot be used, in words that a driver's message is known to have.

The message itself may quote names, addresses or stored data, and is never shown.
"""

from sqlalchemy.exc import DBAPIError

_KNOWN = (
    "connection refused",
    "no such file or directory",
    "name or service not known",
    "timeout",
    "timed out",
    "authentication failed",
    "authentication required",
    "invalid username-password pair",
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
    """The known words in the error or in what it was made from, else the name of its kind."""
    cause = error.__context__ or error
    origin = cause.orig if isinstance(cause, DBAPIError) and cause.orig else cause
    message = str(origin).lower()
    return next((words for words in _KNOWN if words in message), type(origin).__name__)

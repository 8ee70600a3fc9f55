"""A connection to PostgreSQL that gives a silent server up.

The server's own limits end what takes too long, and say so. Neither they nor those of TCP count
where something in between goes on to hold the connection and has lost what was sent over it, or
where the server is frozen: who waits for the answer would wait for as long as that lasts.
"""

import math
import time
from collections.abc import Generator
from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from psycopg.rows import TupleRow

Result = TypeVar("Result")

SILENCE_S = 2.0
"""How long an answer may be under way when the statement's own time is over."""


class AnswerOverdue(OperationalError):
    """The server has said nothing for longer than any statement may take; the connection is closed.

    Whether a commit was carried out is not known.
    """


class PatientConnection(Connection[TupleRow]):
    """`usual_s` is what a statement may take; a longer one is told of beforehand (`allow`)."""

    usual_s = math.inf
    _silence_s = math.inf

    def allow(self, statement_s: float | None = None) -> None:
        """From now on a statement may take so many seconds, or as many as usual."""
        self._silence_s = SILENCE_S + (self.usual_s if statement_s is None else statement_s)

    def wait(self, gen: Generator[Any, Any, Result], *args: Any, **kwargs: Any) -> Result:
        """What psycopg waits by, whatever for. Raises AnswerOverdue."""
        try:
            waited: Result = super().wait(_heard(gen, self._silence_s), *args, **kwargs)
        except AnswerOverdue:
            self.close()
            raise
        return waited

    def rollback(self) -> None:
        """Where the connection is over there is nobody to tell: the server does so by itself."""
        if not self.closed:
            super().rollback()


def _heard(gen: Generator[Any, Any, Result], silence_s: float) -> Generator[Any, Any, Result]:
    """The same, which counts for how long it is told, now and then, that nothing has come."""
    try:
        wanted = next(gen)
        since_s = time.monotonic()
        while True:
            ready = yield wanted
            if ready:
                since_s = time.monotonic()
            elif time.monotonic() - since_s > silence_s:
                raise AnswerOverdue("no answer")
            wanted = gen.send(ready)
    except StopIteration as end:
        result: Result = end.value
        return result

"""The one door to Redis: how its clients are made, and what its errors become."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import OutOfMemoryError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeout
from redis.retry import Retry

# One answer shape for XREAD and PING, whichever default the client library has.
PROTOCOL = 2
_CLOSED_HANDLE = "the handler is closed"


class MailboxUnavailable(Exception):
    """Redis cannot be asked now. Its text is the kind of the error and quotes no data.

    `timed_out` tells that Redis was silent, rather than that it refused at once.
    """

    quotes_no_data = True

    def __init__(self, reason: str, *, timed_out: bool = False) -> None:
        super().__init__(reason)
        self.timed_out = timed_out


class RedisFull(MailboxUnavailable):
    """Redis has reached its memory limit: it still answers, deletes and publishes, but takes in
    nothing new, not even a token or a job.
    """


def connect(url: str, timeout_s: float) -> Redis:
    """A client that sends each command once: redis-py would repeat writes by itself."""
    return Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
        protocol=PROTOCOL,
    )


def connect_async(url: str, timeout_s: float) -> AsyncRedis:
    """The same for asyncio."""
    client: AsyncRedis = AsyncRedis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=AsyncRetry(NoBackoff(), 0),
        protocol=PROTOCOL,
    )
    return client


def database_number(client: Redis | AsyncRedis) -> int:
    """Which of its server's databases a client speaks to."""
    return int(client.connection_pool.connection_kwargs.get("db") or 0)


@contextmanager
def translated() -> Iterator[None]:
    """Turns every error of Redis and of the way to it into MailboxUnavailable."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise unavailable(error) from None
    except RuntimeError as error:
        # What uvloop raises for a connection that is lost in the very moment of writing.
        if _CLOSED_HANDLE not in str(error):
            raise
        raise MailboxUnavailable("ConnectionLost") from None


def unavailable(error: Exception) -> MailboxUnavailable:
    """The error as its kind alone: its text may quote the command that failed."""
    reason = type(error).__name__
    code = str(error).partition(" ")[0]
    if isinstance(error, ResponseError) and code.isalpha() and code.isupper():
        reason = f"{reason} {code}"
    if isinstance(error, OutOfMemoryError):
        return RedisFull(reason)
    # asyncio's is the built-in TimeoutError, an OSError.
    silent = isinstance(error, (RedisTimeout, asyncio.TimeoutError))
    return MailboxUnavailable(reason, timed_out=silent)

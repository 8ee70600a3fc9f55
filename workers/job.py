"""The only job that a worker runs, whatever Redis says.

RQ imports and calls any dotted name that it finds in a job, its callbacks included, and one job
that it cannot read ends the worker. This class runs one function that it is given, keeps nothing
of a job but its arguments, and lets RQ see every other job as one that does not exist.
"""

import logging
import zlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from models.rules.project_id import is_project_id
from workers.mailbox.drain_job import NO_TIMEOUT

log = logging.getLogger(__name__)

JobFunction = Callable[[str], object]

CALL_LIMIT_BYTES = 16 * 1024
"""A drain's call is its name and a project's id."""

_WRONG_TYPE = "WRONGTYPE"
"""How Redis' error begins where a job's key holds something else than a hash."""

_KEPT = frozenset(
    b"data origin status created_at enqueued_at started_at last_heartbeat worker_name"
    b" result_ttl failure_ttl".split()
)


class AllowedJob(Job):
    """A job whose function is in `functions`; made by `allowing`."""

    functions: ClassVar[Mapping[str, JobFunction]] = {}

    @property
    def func(self) -> JobFunction:
        """The function that was allowed; nothing is ever imported."""
        return self.functions[str(self.func_name)]

    @classmethod
    def fetch(
        cls,
        id: str,  # noqa: A002 - RQ's name for it
        connection: Redis | None = None,
        serializer: Any = None,
    ) -> Job:
        """Reads a job. Raises NoSuchJobError for one that is forged or broken, as for none."""
        try:
            job = super().fetch(id, connection=connection, serializer=JSONSerializer)
            sound = _is_sound(job, cls.functions)
        except NoSuchJobError:
            raise
        except Exception as error:  # whatever a hostile hash can cause
            if isinstance(error, RedisError) and not str(error).startswith(_WRONG_TYPE):
                raise
            log.warning("a job that cannot be read was refused: %s", type(error).__name__)
            raise NoSuchJobError("refused") from None
        if not sound:
            log.warning("a job that is not allowed was refused")
            raise NoSuchJobError("refused")
        return job

    def restore(self, raw_data: Any) -> None:
        """Takes over the call and RQ's times; what could run or send something else is dropped."""
        kept = {name: value for name, value in raw_data.items() if name in _KEPT}
        if b"data" in kept:
            _refuse_bomb(kept[b"data"])
        super().restore(kept)
        # RQ's alarm would strike inside a transaction.
        self.timeout = NO_TIMEOUT


def _refuse_bomb(packed: bytes) -> None:
    """Raises ValueError for a call that would unpack to more than any of ours: RQ unpacks all."""
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(packed, CALL_LIMIT_BYTES)
    except zlib.error:
        return  # RQ takes it for a call that is not packed
    if unpacking.unconsumed_tail:
        raise ValueError("a call without end")


def _is_sound(job: Job, functions: Mapping[str, JobFunction]) -> bool:
    return (
        job.func_name in functions
        and job.instance is None
        and not job.kwargs
        and len(job.args) == 1
        and is_project_id(job.args[0])
    )


class JobFailed(Exception):
    """A job raised what it should not; the log has its kind and place."""

    quotes_no_data = True


def without_quotes(function: JobFunction) -> JobFunction:
    """The function, of whose errors RQ learns only the kind: it logs and keeps their text."""

    def guarded(argument: str) -> object:
        try:
            return function(argument)
        except Exception as error:
            log.exception("a job failed")
            raise JobFailed(type(error).__name__) from None

    return guarded


def allowing(functions: Mapping[str, JobFunction]) -> type[AllowedJob]:
    """The job class of a worker that runs these functions, by the name they are queued under."""
    return type("AllowedJob", (AllowedJob,), {"functions": dict(functions)})

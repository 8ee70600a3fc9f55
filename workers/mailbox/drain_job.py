"""The RQ job that asks for a drain: its id, and what Redis holds of it.

RQ itself says how its jobs are stored; what is stored once for all jobs is made here beforehand, so
that the script that accepts can queue one in the same step (docs/adr/0022).
"""

import re
import secrets
from typing import Any

from redis import Redis
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from rq.utils import now, utcformat

from models import compact_json
from models.rules.project_id import PROJECT_ID_PATTERN

QUEUE_NAME = "ingest"
# The name of the call in Redis, and no more: nothing is imported by it (workers/job.py).
DRAIN_FUNCTION = "workers.drain.drain"
# RQ's timeout would raise inside a transaction; the drain ends its turn by itself.
NO_TIMEOUT = -1
FAILURE_KEPT_S = 3600
# RQ's names.
QUEUES_KEY = Queue.redis_queues_keys
QUEUE_KEY = f"{Queue.redis_queue_namespace_prefix}{QUEUE_NAME}"
_JOB_ID = re.compile(rf"{PROJECT_ID_PATTERN}-[0-9a-f]{{16}}")
_PLACE = "a project"


def new_job_id(project_id: str) -> str:
    """An id that no other job has."""
    return f"{project_id}-{secrets.token_hex(8)}"


def project_of(job_id: str) -> str:
    """The project whose drain a job is, told from its id (the job's own data may be lost)."""
    return job_id.rpartition("-")[0]


def is_job_id(text: str) -> bool:
    """Whether it may be the id of a drain's job."""
    return _JOB_ID.fullmatch(text) is not None


def job_key(job_id: str) -> str:
    """Where RQ keeps a job."""
    return f"{Job.redis_job_namespace_prefix}{job_id}"


def stored_job(project_id: str) -> bytes:
    """The fields of a drain's job as RQ stores them, as one JSON object of texts."""
    moment = utcformat(now())
    made = {
        "data": _CALL.replace(_PLACE, project_id),
        "created_at": moment,
        "enqueued_at": moment,
    }
    return compact_json.encode(_FIELDS | made)


def _drain_job(project_id: str) -> Job:
    return Job.create(
        DRAIN_FUNCTION,
        args=(project_id,),
        # It is only asked what it would store.
        connection=Redis(),
        origin=QUEUE_NAME,
        timeout=NO_TIMEOUT,
        result_ttl=0,
        failure_ttl=FAILURE_KEPT_S,
        description="drain",
        status=JobStatus.QUEUED,
        serializer=JSONSerializer,
    )


def _fields() -> tuple[dict[str, str], str]:
    """What all drains' jobs have in common, and the call of one.

    RQ packs a call, but reads one that is not packed as well; that one is text.
    """
    job = _drain_job(_PLACE)
    stored: dict[str, Any] = {**job.to_dict(), "status": JobStatus.QUEUED.value}
    del stored["data"]
    fields = {name: str(value) for name, value in stored.items() if value != ""}
    return fields, bytes(job.data).decode()


_FIELDS, _CALL = _fields()

"""A worker runs its one function on a project, whatever somebody wrote into Redis."""

import json
import os
import pickle
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.exceptions import NoSuchJobError, StopRequested
from rq.serializers import JSONSerializer

from config.exception_text import describe_exception
from tests.integration.mailbox.world import TIMES
from tests.services.waiting import wait_until
from workers.drain_worker import DrainWorker
from workers.job import AllowedJob, allowing, without_quotes
from workers.mailbox.connection import connect
from workers.mailbox.drain_job import DRAIN_FUNCTION, QUEUE_NAME
from workers.mailbox.wake import Wake

drained: list[str] = []
harmed: list[object] = []


def harm(*arguments: object) -> None:
    """What a forged job would like to have called."""
    harmed.append(arguments)


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    drained.clear()
    harmed.clear()
    with connect(redis_url, 20.0) as client:
        yield client


@pytest.fixture
def job_class() -> type[AllowedJob]:
    return allowing({DRAIN_FUNCTION: drained.append})


def _work(redis: Redis, job_class: type[AllowedJob]) -> None:
    queue = Queue(QUEUE_NAME, connection=redis, job_class=job_class, serializer=JSONSerializer)
    worker = DrainWorker([queue], connection=redis, job_class=job_class, serializer=JSONSerializer)
    worker.work(burst=True, logging_level=None)


def _forge(redis: Redis, job_id: str, call: Any, **fields: bytes) -> None:
    data = call if isinstance(call, bytes) else json.dumps(call).encode()
    stored: dict[Any, Any] = {
        "data": zlib.compress(data),
        "status": "queued",
        "origin": QUEUE_NAME,
        **fields,
    }
    redis.hset(f"rq:job:{job_id}", mapping=stored)
    redis.rpush(f"rq:queue:{QUEUE_NAME}", job_id)


HARM = f"{__name__}.harm"


@pytest.mark.parametrize(
    "call",
    [
        ["os.system", None, ["true"], {}],
        [HARM, None, ["p"], {}],
        ["workers.drain.Drain", None, ["p"], {}],
        [DRAIN_FUNCTION, "an instance", ["p"], {}],
        [DRAIN_FUNCTION, None, ["p", "q"], {}],
        [DRAIN_FUNCTION, None, [{"project": "p"}], {}],
        [DRAIN_FUNCTION, None, ["p"], {"more": 1}],
        [[DRAIN_FUNCTION], None, ["p"], {}],
        [None, None, [], {}],
        ["one"],
        {},
        b"\x80\x04N.",
        pickle.dumps((os.system, None, ("true",), {})),
        pickle.dumps((DRAIN_FUNCTION, None, ("p",), {})),
        ["builtins.eval", None, [f"{HARM}()"], {}],
        ["subprocess.call", None, ["true"], {}],
        [f"{DRAIN_FUNCTION} ", None, ["p"], {}],
        [f"rq.queue.{DRAIN_FUNCTION}", None, ["p"], {}],
        [DRAIN_FUNCTION, None, ["p" * 1024 * 1024], {}],
        b"[" * 100_000,
        b"",
    ],
)
def test_a_forged_job_is_refused_and_the_worker_goes_on(
    redis: Redis, job_class: type[AllowedJob], call: Any
) -> None:
    _forge(redis, "forged-1", call)
    with pytest.raises(NoSuchJobError):
        job_class.fetch("forged-1", connection=redis)
    Wake(redis, TIMES).enqueue("honest")
    _work(redis, job_class)
    assert (drained, harmed) == (["honest"], [])


@pytest.mark.parametrize("project_id", ["", "a b", "a\0b", "\ud800", "../p", "x" * 65, "x" * 9_000])
def test_a_drain_of_what_is_no_project_is_refused(
    redis: Redis, job_class: type[AllowedJob], project_id: str
) -> None:
    _forge(redis, "forged-1", [DRAIN_FUNCTION, None, [project_id], {}])
    Wake(redis, TIMES).enqueue("honest")
    _work(redis, job_class)
    assert drained == ["honest"]


def test_a_job_whose_id_is_no_text_is_refused_and_leaves_nothing_behind(
    redis: Redis, job_class: type[AllowedJob], caplog: pytest.LogCaptureFixture
) -> None:
    wake = Wake(redis, TIMES)
    redis.rpush(f"rq:queue:{QUEUE_NAME}", b"\xff\xfe", b"\xff")
    wake.enqueue("honest")
    assert len(wake.queued_jobs()) == 3
    _work(redis, job_class)
    assert drained == ["honest"]
    assert not redis.exists(f"rq:queue:{QUEUE_NAME}:intermediate")
    assert "unhandled exception" not in caplog.text


def test_a_job_whose_id_is_no_text_does_not_keep_the_worker_from_clearing_up(
    redis: Redis, job_class: type[AllowedJob]
) -> None:
    under_way = f"rq:queue:{QUEUE_NAME}:intermediate"
    redis.rpush(under_way, b"\xff\xfe", "gone")
    Wake(redis, TIMES).enqueue("honest")
    _work(redis, job_class)
    assert drained == ["honest"]
    assert not redis.exists(under_way)


def test_a_call_that_unpacks_without_end_is_not_unpacked(
    redis: Redis, job_class: type[AllowedJob]
) -> None:
    _forge(redis, "bomb-1", b" " * 64 * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(NoSuchJobError):
        job_class.fetch("bomb-1", connection=redis)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 4 * 1024 * 1024


def test_a_job_of_another_queue_is_not_taken(redis: Redis, job_class: type[AllowedJob]) -> None:
    _forge(redis, "p-1", [DRAIN_FUNCTION, None, ["p"], {}])
    redis.rename(f"rq:queue:{QUEUE_NAME}", "rq:queue:other")
    redis.sadd("rq:queues", "rq:queue:other")
    _work(redis, job_class)
    assert (drained, harmed) == ([], [])
    assert redis.llen("rq:queue:other") == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"success_callback_name": HARM.encode()},
        {"failure_callback_name": HARM.encode()},
        {"stopped_callback_name": HARM.encode()},
        {"webhooks": b'[{"url": "http://localhost:9/", "status": "finished"}]'},
        {"timeout": b"1"},
        {"repeats_left": b"5", "repeat_intervals": b"[0]"},
        {"retries_left": b"5"},
        {"result": b"{"},
        {"meta": b"{"},
        {"dependency_ids": b'["other"]'},
    ],
)
def test_what_is_written_into_an_honest_job_is_ignored(
    redis: Redis, job_class: type[AllowedJob], fields: dict[str, bytes]
) -> None:
    _forge(redis, "p-1", [DRAIN_FUNCTION, None, ["p"], {}], **fields)
    _work(redis, job_class)
    assert (drained, harmed) == (["p"], [])
    assert redis.llen(f"rq:queue:{QUEUE_NAME}") == 0


@pytest.mark.parametrize(
    "fields", [{"status": b"nonsense"}, {"created_at": b"yesterday"}, {"result_ttl": b"x"}]
)
def test_a_broken_job_does_not_end_the_worker(
    redis: Redis, job_class: type[AllowedJob], fields: dict[str, bytes]
) -> None:
    _forge(redis, "broken-1", [DRAIN_FUNCTION, None, ["p"], {}], **fields)
    redis.rpush(f"rq:queue:{QUEUE_NAME}", "no job id at all: \n/")
    redis.rpush(f"rq:queue:{QUEUE_NAME}", "lost-1")
    Wake(redis, TIMES).enqueue("honest")
    _work(redis, job_class)
    assert "honest" in drained
    assert harmed == []


def test_what_is_no_hash_is_refused_as_a_job_and_leaves_nothing_behind(
    redis: Redis, job_class: type[AllowedJob], caplog: pytest.LogCaptureFixture
) -> None:
    redis.set("rq:job:wrong", "x")
    redis.rpush(f"rq:queue:{QUEUE_NAME}", "wrong")
    Wake(redis, TIMES).enqueue("honest")
    _work(redis, job_class)
    redis.delete(f"rq:clean_registries:{QUEUE_NAME}")
    _work(redis, job_class)
    assert drained == ["honest"]
    assert not redis.exists(f"rq:queue:{QUEUE_NAME}:intermediate")
    assert "unhandled exception" not in caplog.text


def test_of_a_job_that_raises_neither_redis_nor_the_log_keeps_the_text(
    redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    def raising(project_id: str) -> None:
        raise ValueError(f"{project_id} of ada@example.com")

    Wake(redis, TIMES).enqueue("p")
    _work(redis, allowing({DRAIN_FUNCTION: without_quotes(raising)}))
    kept = [redis.dump(key) or b"" for key in redis.keys("rq:*")]
    assert "JobFailed: ValueError" in caplog.text
    assert b"ada@example.com" not in b"".join(kept)
    assert "ada@example.com" not in "".join(
        record.getMessage() + describe_exception(record.exc_info[1])
        if record.exc_info and record.exc_info[1]
        else record.getMessage()
        for record in caplog.records
    )


@pytest.mark.parametrize("error", [None, ValueError])
def test_a_worker_says_that_it_is_busy_while_it_has_a_job(
    redis: Redis, error: type[Exception] | None
) -> None:
    def states() -> list[object]:
        return [redis.hget(key, "state") for key in redis.keys("rq:worker:*")]

    def told(project_id: str) -> None:
        wait_until(lambda: states() == [b"busy"], what="the worker says so")
        drained.append(project_id)
        if error is not None:
            raise error

    for project_id in ("p", "q"):
        Wake(redis, TIMES).enqueue(project_id)
    _work(redis, allowing({DRAIN_FUNCTION: without_quotes(told)}))
    assert drained == ["p", "q"]


def test_a_finished_job_leaves_nothing_behind(redis: Redis, job_class: type[AllowedJob]) -> None:
    Wake(redis, TIMES).enqueue("p")
    _work(redis, job_class)
    left = str(redis.keys("rq:*"))
    assert not [word for word in ("rq:job", "rq:results", "rq:execution") if word in left]


def test_a_worker_that_was_stopped_just_before_it_waits_does_not_wait(
    redis: Redis, job_class: type[AllowedJob]
) -> None:
    queue = Queue(QUEUE_NAME, connection=redis, job_class=job_class, serializer=JSONSerializer)
    worker = DrainWorker([queue], connection=redis, job_class=job_class, serializer=JSONSerializer)
    worker.stop_after_this_job()
    with pytest.raises(StopRequested):
        worker.dequeue_job_and_maintain_ttl(timeout=60)

"""RQ's part of a worker process: one queue, one job after the other, a word about itself."""

import logging
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.timeouts import TimerDeathPenalty
from rq.worker import WorkerStatus

from workers.job import JobFailed

log = logging.getLogger(__name__)

# RQ lets a worker's key live for a minute longer than its ttl.
HEARTBEAT_EVERY_S = 5.0
ANSWER_WITHIN_S = 2
"""How much later than asked for the answer to a blocking read may come; RQ would wait for ten."""


class DrainWorker(SimpleWorker):
    """RQ's worker without its own signal handlers and remote commands."""

    is_idle = False
    # RQ's own pauses grow to a minute and do not end when Redis is back.
    exponential_backoff_factor = 1.0
    max_connection_wait_time = 1.0
    # RQ's alarm, which jobs without a timeout do not need, would take that of the time limit.
    death_penalty_class = TimerDeathPenalty
    _heartbeat_at_s = float("-inf")

    @property
    def connection_timeout(self) -> int:
        """Seconds after which a silent Redis is given up, also while a job is waited for."""
        return self.dequeue_timeout + ANSWER_WITHIN_S

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Says that it lives; by itself every few seconds only, where RQ does so around each job.

        With `appendfsync always` each of those writes would be an fsync before the drain begins.
        """
        now_s = time.monotonic()
        if pipeline is not None or now_s - self._heartbeat_at_s >= HEARTBEAT_EVERY_S:
            super().heartbeat(timeout, pipeline)
            self._heartbeat_at_s = now_s

    def register_birth(self) -> None:
        """Announces itself in the place of the process that died under this name."""
        self.connection.delete(self.key)
        super().register_birth()  # type: ignore[no-untyped-call]

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Waits for a job; only then may a stop interrupt it."""
        self.is_idle = True
        try:
            if self._stop_requested:  # a moment ago, when there was nothing to interrupt
                raise StopRequested
            return self._next_job(timeout, max_idle_time)
        finally:
            self.is_idle = False

    def _next_job(self, timeout: int | None, max_idle_time: int | None) -> tuple[Job, Queue] | None:
        while True:
            try:
                return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            except UnicodeDecodeError:
                if not self._refuse_nameless_jobs():
                    raise

    def _refuse_nameless_jobs(self) -> int:
        """Removes jobs whose ids are no text from those under way, where RQ put them unread."""
        removed = 0
        for queue in self.queues:
            key = queue.intermediate_queue_key
            found: Any = self.connection.lrange(key, 0, -1)
            for job_id in found:
                if "\ufffd" in job_id.decode("utf-8", "replace"):
                    removed += int(self.connection.lrem(key, 1, job_id))
        if removed:
            log.warning("%d jobs whose ids are no text were refused", removed)
        return removed

    def clean_registries(self) -> None:
        """Clears away what dead workers left; what a killed one left unread ends it no more."""
        self._refuse_nameless_jobs()
        super().clean_registries()  # type: ignore[no-untyped-call]

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Runs the job without RQ's records of it: each is an fsync, for which a caller waits.

        Whoever dies at it leaves an entry among RQ's jobs under way, which RQ clears away.
        """
        try:
            with self._saying_that_it_is_busy():
                job.func(*job.args)
        except JobFailed:
            self.handle_exception(job, *sys.exc_info())
            self.handle_job_failure(job, queue, exc_string=traceback.format_exc())
            queue.intermediate_queue.remove(job.id)
            return
        with self.connection.pipeline() as commands:
            commands.lrem(queue.intermediate_queue_key, 1, job.id)
            commands.delete(job.key)
            self.set_state(WorkerStatus.IDLE, pipeline=commands)
            commands.execute()

    @contextmanager
    def _saying_that_it_is_busy(self) -> Iterator[None]:
        """For whoever asks RQ; the drain does not wait for the answer."""
        pool = self.connection.connection_pool
        connection: Any = pool.get_connection()
        try:
            connection.send_command("HSET", self.key, "state", WorkerStatus.BUSY.value)
            yield
            connection.read_response()
        except BaseException:
            # What is not read would be taken for the next command's answer.
            connection.disconnect()
            raise
        finally:
            pool.release(connection)

    def _set_ip_address(self, _: Redis) -> None:
        # RQ would look itself up among all clients, which a worker's user may not list.
        self.ip_address = "unknown"

    def stop_after_this_job(self) -> None:
        """Ends the loop. Raises StopRequested when it only waits for a job."""
        self._stop_requested = True
        if self.is_idle:
            raise StopRequested

    def _install_signal_handlers(self) -> None:
        """The process handles signals, also while there is no RQ worker."""

    def subscribe(self) -> None:
        """No commands over Redis: whoever can publish could stop the worker."""

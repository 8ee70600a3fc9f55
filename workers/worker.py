"""A worker process: RQ's loop on one queue, sweeper and pruner beside it, and a graceful end.

RQ's loop gives up when Redis is away. This one begins it anew until it is told to stop.
"""

import logging
import signal
import threading
from types import FrameType

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from config.settings import Settings
from config.supervising.stop_requests import StopRequests
from models.database import open_database
from models.retention import retention_of
from workers.assembly import Manner, assemble_drain, assemble_round, unwatched, wake_of
from workers.drain import Drain
from workers.drain_worker import DrainWorker
from workers.job import allowing, without_quotes
from workers.mailbox.connection import connect
from workers.mailbox.drain_job import DRAIN_FUNCTION, QUEUE_NAME
from workers.mailbox.horizon import Horizon
from workers.metrics import WorkerMetrics
from workers.metrics_thread import MetricsThread
from workers.prune import Pruner
from workers.prune_pass import PruneLimits, PruneMeans
from workers.prune_turn import PruneTurn
from workers.slate import Slate, SlateGuard
from workers.stop import Stop
from workers.suspects import Errand
from workers.sweep import Sweeper
from workers.time_limit import TimeLimit
from workers.turns import Turns

log = logging.getLogger(__name__)

RECONNECT_PAUSE_S = 0.5
# RQ derives from it how long it blocks for a job (15 s less). A signal that comes just before it
# blocks is only seen behind that.
WORKER_TTL_S = 16
MAINTENANCE_INTERVAL_S = 60
ROUND_REST_S = 10.0
"""How long after a death each project has a drain of its own, which finds out whose fault it is."""


class WorkerProcess:
    """The life of one worker process, which notes on the slate what it is at.

    With `burst` it ends when no drain is queued any more. `errand` is what the process before it
    left undone when it died.
    """

    def __init__(
        self,
        settings: Settings,
        slate: Slate,
        *,
        burst: bool = False,
        errand: Errand | None = None,
    ) -> None:
        self._settings = settings
        self._burst = burst
        self._name = slate.name
        self._errand = errand
        self._stop = Stop()
        self._requests = StopRequests()
        self._rq_worker: DrainWorker | None = None
        self._database = open_database(settings)
        self._redis = connect(settings.redis_url, settings.redis_timeout_s)
        self._wake = wake_of(settings, self._redis)
        self._metrics = WorkerMetrics()
        self._limit = TimeLimit(settings.decide_timeout_s, settings.apply_timeout_s)
        manner = Manner(
            0.0 if burst else settings.linger_s,
            SlateGuard(slate, self._limit),
            self._limit.deciding,
            self._metrics,
        )
        self._drain = self._drain_in(manner)
        self._job_class = allowing({DRAIN_FUNCTION: without_quotes(self._turns_in(manner).run)})

    def run(self) -> None:
        """Works until a signal says stop."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        self._limit.set_up()
        beside = self._threads_beside()
        for thread in beside:
            thread.start()
        try:
            if self._errand is not None:
                self._drain.succeed(self._errand)
            self._work()
        finally:
            self._stop.set()
            for thread in beside:
                thread.join(timeout=self._settings.redis_timeout_s * 2)
            self._database.close()
            self._redis.close()

    def _threads_beside(self) -> list[threading.Thread]:
        drain = self._drain_in(unwatched(0.0, self._metrics))
        sweeper = Sweeper(
            self._redis,
            self._wake,
            drain.run,
            self._settings.sweep_interval_s,
            self._stop,
            tell=self._metrics.mended,
        )
        beside = [
            threading.Thread(target=sweeper.run, name="sweeper", daemon=True),
            threading.Thread(target=self._metrics_thread().run, name="metrics", daemon=True),
        ]
        if not self._burst:
            pruner = Pruner(
                self._prune_means(), self._settings.prune_interval_s, self._metrics.pruned
            )
            beside.append(threading.Thread(target=pruner.run, name="pruner", daemon=True))
        return beside

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._work_with_rq()
            except StopRequested:
                return
            except (RedisError, OSError) as error:
                log.warning("no work: Redis is away (%s)", type(error).__name__)
            if self._burst:
                return
            self._stop.wait(RECONNECT_PAUSE_S)

    def _work_with_rq(self) -> None:
        # RQ raises this client's timeout for its blocking reads: it gets one of its own.
        with connect(self._settings.redis_url, self._settings.redis_timeout_s) as redis:
            worker = DrainWorker(
                [self._queue(redis)],
                name=self._name,
                connection=redis,
                job_class=self._job_class,
                serializer=JSONSerializer,
                default_result_ttl=0,
                worker_ttl=WORKER_TTL_S,
                maintenance_interval=MAINTENANCE_INTERVAL_S,
                log_job_description=False,
            )
            self._rq_worker = worker
            try:
                if not self._stop.is_set():
                    worker.work(burst=self._burst, logging_level=None)
            finally:
                self._rq_worker = None

    def _queue(self, redis: Redis) -> Queue:
        return Queue(
            QUEUE_NAME, connection=redis, job_class=self._job_class, serializer=JSONSerializer
        )

    def _drain_in(self, manner: Manner) -> Drain:
        return assemble_drain(self._settings, self._database, self._redis, self._stop, manner)

    def _turns_in(self, manner: Manner) -> Turns:
        """What a job runs: its drain, and those that are queued behind it."""
        round_ = assemble_round(
            self._settings,
            self._database,
            self._redis,
            self._drain,
            manner,
            rest_s=0.0 if self._errand is None else ROUND_REST_S,
        )
        return Turns(
            self._drain.run,
            round_.run,
            self._wake,
            self._stop,
            max_s=self._settings.drain_max_s,
            round_projects=self._settings.drain_round_projects,
        )

    def _metrics_thread(self) -> MetricsThread:
        settings = self._settings
        address = (settings.worker_metrics_host, settings.worker_metrics_port)
        return MetricsThread(
            self._metrics.measures,
            self._stop,
            settings.metrics_folder,
            address if settings.worker_metrics_port else None,
        )

    def _prune_means(self) -> PruneMeans:
        settings = self._settings
        return PruneMeans(
            self._database,
            Horizon(self._redis),
            PruneTurn(self._redis),
            retention_of(settings),
            PruneLimits(settings.prune_batch_size, settings.prune_pause_s),
            self._stop,
        )

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        """The first stop lets the batch at hand finish; one that comes later ends at once."""
        if not self._requests.note():
            return
        if self._requests.count > 1:
            # Not by an exception: it would look like one of the operation at hand.
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self._stop.set()
        if self._rq_worker is not None:
            self._rq_worker.stop_after_this_job()

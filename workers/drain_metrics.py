"""Counts what one drain does, and at DEBUG writes a line for each of its batches."""

import logging
import time
from collections import Counter
from collections.abc import Sequence

from models.operations import OPERATION_TYPES
from workers.drain_terms import Departure, Failure
from workers.mailbox.collect import Published
from workers.mailbox.envelope import MALFORMED, QueuedOperation
from workers.mailbox.trace import trace_fields
from workers.metrics import WorkerMetrics

log = logging.getLogger(__name__)

_KNOWN_TYPES = frozenset(OPERATION_TYPES)


class DrainMetrics:
    """For one drain, which is one thread's: it keeps the time of the batch at hand."""

    def __init__(self, metrics: WorkerMetrics) -> None:
        self._metrics = metrics
        self._began_s = self._lap_s = 0.0

    def begins(self) -> None:
        """A batch begins."""
        self._began_s = self._lap_s = time.perf_counter()

    def lap(self, phase: str) -> None:
        """The batch at hand has ended a phase."""
        now_s = time.perf_counter()
        self._metrics.phases.add(phase, by=now_s - self._lap_s)
        self._lap_s = now_s

    def settled(
        self, project_id: str, batch: Sequence[QueuedOperation], told: Sequence[Published]
    ) -> None:
        """The batch is committed, its outcomes are told, its entries deleted."""
        self.lap("tell")
        metrics, lane, took_s = self._metrics, batch[0].lane, self._lap_s - self._began_s
        records = [one.record for one in told]
        kinds = Counter((record["type"], record["status"]) for record in records)
        for (operation_type, status), count in kinds.items():
            metrics.settled.add(_known(operation_type), status, lane, by=count)
        metrics.waits.observe_all(map(_waited_s, records), lane)
        metrics.batch_sizes.observe(len(batch), lane)
        metrics.batch_times.observe(took_s)
        if log.isEnabledFor(logging.DEBUG):
            _tell(project_id, batch, told, took_s)

    def set_aside(self, culprit: QueuedOperation) -> None:
        """An operation went to the dead letters."""
        self._metrics.set_aside.add(_known(culprit.envelope.type))

    def failed(self, kind: Failure) -> None:
        """A batch failed and will be tried again, whole or in parts."""
        self._metrics.failures.add(kind)

    def left(self, departure: Departure) -> None:
        """A drain is over."""
        self._metrics.drains.add(departure.name.lower())


def _known(operation_type: str) -> str:
    """Anything may stand in Redis; a label has few values."""
    return operation_type if operation_type in _KNOWN_TYPES else MALFORMED


def _waited_s(record: dict[str, int]) -> float:
    return max(0, record["applied_at_ms"] - record["accepted_at_ms"]) / 1000


def _tell(
    project_id: str, batch: Sequence[QueuedOperation], told: Sequence[Published], took_s: float
) -> None:
    """A line for the batch, and one for each operation whose caller brought a trace."""
    fields = {"project_id": project_id, "lane": batch[0].lane}
    statuses = Counter(str(one.record["status"]) for one in told)
    counts = {"operations": len(batch), "duration_ms": round(took_s * 1000, 1), **statuses}
    log.debug("a batch is settled", extra={**fields, **counts})
    for queued, one in zip(batch, told, strict=True):
        trace = trace_fields(queued.envelope.traceparent)
        if trace:
            named = {"operation_id": queued.operation_id, "status": one.record["status"]}
            log.debug("an operation is settled", extra={**fields, **named, **trace})

"""What an edge counts, for Prometheus (contract §13). Label values are few and known."""

from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from config.measures import DURATIONS_S, Measures
from config.metric_files import read_all
from workers.mailbox.metrics import RedisMetrics


class Metrics:
    """One edge's counters; `measures` holds all of them, `folder` those of the whole machine."""

    def __init__(self, version: str, folder: Path | None = None) -> None:
        self._folder = folder
        measures = self.measures = Measures()
        self.redis = RedisMetrics(measures)
        self.requests = measures.spread(
            "hal_request_duration_seconds",
            "time from a request's head to the end of its answer",
            DURATIONS_S,
            "route",
            "status",
        )
        self.accepted = measures.count(
            "hal_operations_accepted_total", "operations taken into a mailbox", "type", "lane"
        )
        self.refused = measures.count(
            "hal_requests_refused_total", "requests answered with a problem, by its code", "code"
        )
        self.refused_in_batches = measures.count(
            "hal_batch_operations_refused_total",
            "operations of a batch that were answered with a problem, by its code",
            "code",
        )
        self.outcomes = measures.count(
            "hal_outcomes_answered_total",
            "outcomes given to callers that waited for them",
            "type",
            "status",
        )
        self.waiting = measures.level("hal_waiting_callers", "callers that wait for an outcome now")
        self.reads_under_way = measures.level(
            "hal_database_reads_under_way", "database connections that edges read with now"
        )
        self.reads_waiting = measures.level(
            "hal_database_reads_waiting", "reads of edges that wait for a connection now"
        )
        self.bugs = measures.count(
            "hal_unexpected_errors_total", "requests that failed for a reason nobody expected"
        )
        self.processes = measures.level(
            "hal_processes", "processes of hal-ingest on this machine", "kind", "version"
        )
        self.processes.set(1, "edge", version)

    def request_answered(self, route: str, status: int, duration_s: float) -> None:
        """Counts a request; the path is that of the route, never the caller's."""
        self.requests.observe(duration_s, route, str(status))

    def text(self, common: CollectorRegistry) -> bytes:
        """All that is counted on this machine, and `common`, in Prometheus' text format."""
        counted = self.measures.registry if self._folder is None else read_all(self._folder)
        return generate_latest(counted) + generate_latest(common)

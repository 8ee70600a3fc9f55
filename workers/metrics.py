"""What a worker process counts, for Prometheus (contract §13). Label values are few and known."""

from typing import get_args

from config.measures import DURATIONS_S, Measures
from config.version import VERSION
from models.operations import OPERATION_TYPES
from workers.drain_terms import Failure
from workers.mailbox.envelope import MALFORMED
from workers.mailbox.metrics import RedisMetrics
from workers.prune_pass import Pruned

BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
WAITS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)


class WorkerMetrics:
    """One process' counters; `measures` holds all of them."""

    def __init__(self) -> None:
        measures = self.measures = Measures()
        self.redis = RedisMetrics(measures)
        self.settled = measures.count(
            "hal_operations_settled_total",
            "operations whose outcome was committed, as workers applied them",
            "type",
            "status",
            "lane",
        )
        self.set_aside = measures.count(
            "hal_operations_set_aside_total", "operations that went to the dead letters", "type"
        ).from_zero([*sorted(OPERATION_TYPES), MALFORMED])
        self.waits = measures.spread(
            "hal_acceptance_to_commit_seconds",
            "time from an operation's acceptance to its commit, by the clocks of Redis and worker",
            WAITS_S,
            "lane",
        )
        self.batch_sizes = measures.spread(
            "hal_drain_batch_operations", "operations in a batch", BATCH_SIZES, "lane"
        )
        self.batch_times = measures.spread(
            "hal_drain_batch_seconds", "time of a batch, from its lock to its deletion", DURATIONS_S
        )
        self.phases = measures.count(
            "hal_drain_phase_seconds_total",
            "time of batches by phase: read, gather, decide, save, commit, tell",
            "phase",
        )
        self.drains = measures.count(
            "hal_drains_total", "drains by why they left their project", "departure"
        )
        self.failures = measures.count(
            "hal_drain_failures_total",
            "batches that failed and are tried again: transient, too_slow, unexpected or mailbox",
            "class",
        ).from_zero(get_args(Failure))
        self._mendings = measures.count(
            "hal_sweeper_mendings_total",
            "by the sweeper: lost wakes mended (wake), spare jobs dropped (drop), drains without a "
            "job while Redis is full (full)",
            "kind",
        ).from_zero(["wake", "drop", "full"])
        self._pruned = measures.count(
            "hal_pruned_rows_total", "receipts, keys and dead letters past their time", "kind"
        ).from_zero(["receipt", "key", "dead_letter"])
        processes = measures.level(
            "hal_processes", "processes of hal-ingest on this machine", "kind", "version"
        )
        processes.set(1, "worker", VERSION)

    def mended(self, kind: str, count: int) -> None:
        """The sweeper did something."""
        self._mendings.add(kind, by=count)

    def pruned(self, done: Pruned) -> None:
        """A pass of pruning is over."""
        self._pruned.add("receipt", by=done.receipts)
        self._pruned.add("key", by=done.keys)
        self._pruned.add("dead_letter", by=done.dead_letters)


class ParentMetrics:
    """What the parent of worker processes counts; written at once, for it is rare."""

    def __init__(self) -> None:
        self.measures = Measures()
        self._ended = self.measures.count(
            "hal_worker_processes_ended_total",
            "worker processes that died, made room for a new one (recycled), were through (done)",
            "how",
        ).from_zero(["died", "recycled", "done"])

    def ended(self, how: str) -> None:
        """A worker process is no more."""
        self._ended.add(how)
        self.measures.write()

"""The product's own meters, read by nobody."""

from config.measures import Measures
from workers.drain_metrics import DrainMetrics
from workers.mailbox.metrics import RedisMetrics
from workers.metrics import WorkerMetrics


def uncounted() -> RedisMetrics:
    """Of round trips to Redis."""
    return RedisMetrics(Measures())


def unmetered() -> DrainMetrics:
    """Of a drain."""
    return DrainMetrics(WorkerMetrics())

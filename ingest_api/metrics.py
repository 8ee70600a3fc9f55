"""What the edge counts, for Prometheus (contract §13). Label values are few and known."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_DURATION_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """One set of counters for one edge."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "hal_request_duration_seconds",
            "Time from a request's head to the end of its answer",
            ["route", "status"],
            buckets=_DURATION_BUCKETS_S,
            registry=self.registry,
        )
        self.accepted = Counter(
            "hal_operations_accepted",
            "Operations taken into a mailbox by this edge",
            ["type"],
            registry=self.registry,
        )
        self.refused = Counter(
            "hal_requests_refused",
            "Requests answered with a problem, by its code",
            ["code"],
            registry=self.registry,
        )
        self.outcomes = Counter(
            "hal_outcomes_answered",
            "Outcomes given to callers that waited for them",
            ["type", "status"],
            registry=self.registry,
        )
        self.waiting = Gauge(
            "hal_waiting_callers",
            "Callers that wait for an outcome now",
            registry=self.registry,
        )

        self._request_children: dict[tuple[str, int], Histogram] = {}

    def request_answered(self, route: str, status: int, duration_s: float) -> None:
        """Counts a request; the path is that of the route, never the caller's."""
        child = self._request_children.get((route, status))
        if child is None:
            child = self.requests.labels(route, str(status))
            self._request_children[route, status] = child
        child.observe(duration_s)

    def render(self) -> bytes:
        """All of it in the text format."""
        return generate_latest(self.registry)

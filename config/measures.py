"""What a process counts, under the names that Prometheus reads.

Counting adds to plain numbers; `Measures.write` hands them to the library, once a second or once a
batch. Handing each one over would cost a request four times as much: several processes share files.
Label values are few and known; none is a secret or stored data.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Literal, Self

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)

Kind = Literal["counter", "gauge", "histogram"]
Labels = tuple[str, ...]

DURATIONS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Upper bounds for what should take milliseconds."""

# A series more for each, of no use in a query; processes that share a folder have none either.
disable_created_metrics()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric as documents name it: a counter with its `_total`."""

    name: str
    kind: Kind
    labels: Labels
    meaning: str


class Count:
    """A counter, by labels. Any thread may count."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._lock = Lock()
        self._added: dict[Labels, float] = {}

    def from_zero(self, values: Iterable[str]) -> Self:
        """Shows the values of its one label at 0 before any is counted, so that an alert sees the
        first one as an increase.
        """
        for value in values:
            self._counter.labels(value)
        return self

    def add(self, *labels: str, by: float = 1) -> None:
        """Counts `by` more under these labels."""
        with self._lock:
            self._added[labels] = self._added.get(labels, 0) + by

    def write(self) -> None:
        """Hands over what was added since the last time."""
        with self._lock:
            added, self._added = self._added, {}
        for labels, by in added.items():
            child = self._counter.labels(*labels) if labels else self._counter
            child.inc(by)


class Spread:
    """A histogram, by labels. Any thread may count.

    The library's own can only count one value at a time: of it this takes the buckets and the sum.
    """

    def __init__(self, histogram: Histogram, bounds: Sequence[float]) -> None:
        self._histogram = histogram
        self._bounds = tuple(bounds)
        self._lock = Lock()
        self._added: dict[Labels, list[float]] = {}

    def observe(self, value: float, *labels: str) -> None:
        """Counts one value under these labels."""
        with self._lock:
            added = self._cells(labels)
            added[bisect_left(self._bounds, value)] += 1
            added[-1] += value

    def observe_all(self, values: Iterable[float], *labels: str) -> None:
        """Counts many values under these labels."""
        ordered = sorted(values)
        with self._lock:
            added = self._cells(labels)
            below = 0
            for place, bound in enumerate((*self._bounds, float("inf"))):
                until = bisect_right(ordered, bound, lo=below)
                added[place] += until - below
                below = until
            added[-1] += sum(ordered)

    def write(self) -> None:
        """Hands over what was added since the last time."""
        with self._lock:
            added, self._added = self._added, {}
        for labels, cells in added.items():
            child = self._histogram.labels(*labels) if labels else self._histogram
            for bucket, count in zip(child._buckets, cells, strict=False):
                if count:
                    bucket.inc(count)
            child._sum.inc(cells[-1])

    def _cells(self, labels: Labels) -> list[float]:
        """A number for each bucket, one for what is above all bounds, and the sum."""
        cells = self._added.get(labels)
        if cells is None:
            cells = self._added[labels] = [0.0] * (len(self._bounds) + 2)
        return cells


class Level:
    """A value as it is now. Processes of one machine add up; those that ended do not count."""

    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge

    def set(self, value: float, *labels: str) -> None:
        """Notes the present value under these labels."""
        (self._gauge.labels(*labels) if labels else self._gauge).set(value)


class Measures:
    """All that one process counts: `rows` names it, `registry` has the values."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.rows: list[MetricRow] = []
        self._written: list[Count | Spread] = []

    def count(self, name: str, meaning: str, *labels: str) -> Count:
        """A new counter; `name` ends in `_total`."""
        self._note(name, "counter", meaning, labels)
        count = Count(Counter(name, meaning, labels, registry=self.registry))
        self._written.append(count)
        return count

    def spread(self, name: str, meaning: str, bounds: Sequence[float], *labels: str) -> Spread:
        """A new histogram with these upper bounds, in the unit that the name ends in."""
        self._note(name, "histogram", meaning, labels)
        histogram = Histogram(name, meaning, labels, buckets=bounds, registry=self.registry)
        spread = Spread(histogram, bounds)
        self._written.append(spread)
        return spread

    def level(self, name: str, meaning: str, *labels: str) -> Level:
        """A new gauge."""
        self._note(name, "gauge", meaning, labels)
        return Level(
            Gauge(name, meaning, labels, registry=self.registry, multiprocess_mode="livesum")
        )

    def write(self) -> None:
        """Hands over what was counted since the last time."""
        for each in self._written:
            each.write()

    def _note(self, name: str, kind: Kind, meaning: str, labels: Labels) -> None:
        self.rows.append(MetricRow(name, kind, labels, meaning))

"""Which faults strike a round, when and for how long: drawn from the seed, the same each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

DatabaseKind = Literal["sqlite", "postgresql"]
DATABASE_KINDS: tuple[DatabaseKind, ...] = ("sqlite", "postgresql")

EDGES = 2
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: what it strikes, and for how long at least and at most."""

    target: str
    shortest_s: float = 0.0
    longest_s: float = 0.0


KINDS: Mapping[str, Kind] = {
    "worker killed": Kind("worker"),
    "who drains is killed": Kind("who drains"),
    "who drains is frozen": Kind("who drains", 1.5, 3.5),
    "worker frozen": Kind("worker", 0.5, 3.5),
    "worker stopped": Kind("worker", 0.0, 0.5),
    "all workers killed": Kind("workers", 0.0, 0.5),
    "edge killed": Kind("edge"),
    "edge frozen": Kind("edge", 0.3, 2.5),
    "edge stopped": Kind("edge", 0.0, 0.5),
    "redis killed": Kind("redis", 0.0, 1.5),
    "redis restarted": Kind("redis", 0.0, 1.0),
    "redis frozen": Kind("redis", 0.3, 2.5),
    "redis full": Kind("redis", 0.5, 3.0),
    "rq keys deleted": Kind("hints"),
    "idempotency hints deleted": Kind("hints"),
    "wake tokens deleted all the time": Kind("hints", 0.5, 1.5),
    "edges lose answers of redis": Kind("edge to redis"),
    "workers lose answers of redis": Kind("worker to redis"),
    "connections to redis cut": Kind("worker to redis"),
    "callers lose answers": Kind("caller to edge"),
}
"""What can strike on either database."""

POSTGRESQL_KINDS: Mapping[str, Kind] = {
    "postgresql restarted": Kind("postgresql", 0.0, 1.5),
    "postgresql crashed": Kind("postgresql", 0.0, 1.0),
    "sessions terminated": Kind("sessions"),
    "table locked": Kind("table", 0.5, 3.0),
    "commits lose their answer": Kind("worker to database"),
    "edges lose answers of the database": Kind("edge to database"),
}
SQLITE_KINDS: Mapping[str, Kind] = {
    "sqlite locked": Kind("sqlite", 0.3, 3.5),
    "sqlite locked again and again": Kind("sqlite", 1.0, 3.0),
}
SEATS: Mapping[str, int] = {"worker": WORKERS, "edge": EDGES}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a plan, `at_s` after the round began; `seat` is which worker or edge.

    `amount` is how many answers are lost, and what else a kind counts.
    """

    kind: str
    at_s: float
    lasts_s: float = 0.0
    seat: int = 0
    amount: int = 1

    def __str__(self) -> str:
        return f"{self.at_s:5.2f} s  {self.kind} ({self.seat}) for {self.lasts_s:.2f} s"


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens in a round of `lasts_s`; `last_blow` strikes when all callers have gone."""

    seed: int
    lasts_s: float
    faults: tuple[Fault, ...]
    last_blow: str


SHORT: Mapping[DatabaseKind, tuple[Fault, ...]] = {
    "sqlite": (
        Fault("who drains is frozen", 0.8, 1.8),
        Fault("wake tokens deleted all the time", 1.0, 1.0),
        Fault("callers lose answers", 2.6, amount=4),
        Fault("who drains is killed", 3.0, amount=2),
        Fault("redis killed", 3.8, 0.3),
        Fault("idempotency hints deleted", 4.6),
        Fault("sqlite locked", 4.8, 0.8),
    ),
    "postgresql": (
        Fault("table locked", 0.6, 1.8),
        Fault("wake tokens deleted all the time", 0.8, 1.4),
        Fault("commits lose their answer", 2.6, amount=3),
        Fault("who drains is frozen", 3.0, 1.8),
        Fault("workers lose answers of redis", 3.2, amount=3),
        Fault("who drains is killed", 4.6, amount=2),
        Fault("idempotency hints deleted", 5.0),
        Fault("postgresql crashed", 5.2, 0.2),
    ),
}
"""The faults of the short rounds: each safeguard is for one of them at least."""

SHORT_LAST_BLOW = "all workers killed and rq keys deleted"
LAST_BLOWS = (
    "all workers killed",
    SHORT_LAST_BLOW,
    "redis killed",
    "worker killed",
)


def kinds_on(database: DatabaseKind) -> Mapping[str, Kind]:
    """All kinds of faults that can strike on this database."""
    return {**KINDS, **(POSTGRESQL_KINDS if database == "postgresql" else SQLITE_KINDS)}


def drawn(seed: int, database: DatabaseKind, *, faults: int = 8, lasts_s: float = 9.0) -> Plan:
    """The plan of a seed: so many faults, of as many kinds as there are before one comes again."""
    chance = Random(f"faults {seed} {database}")
    known = sorted(kinds_on(database))
    deck: list[str] = []
    while len(deck) < faults:
        deck += chance.sample(known, len(known))
    step_s = lasts_s / faults
    struck = [
        _drawn(chance, kind, kinds_on(database)[kind], step_s * (number + chance.random()))
        for number, kind in enumerate(deck[:faults])
    ]
    return Plan(seed, lasts_s, tuple(struck), chance.choice(LAST_BLOWS))


def short(seed: int, database: DatabaseKind, *, lasts_s: float = 6.0) -> Plan:
    """A plan for every run of the tests: always the same faults, with the callers of the seed."""
    return Plan(seed, lasts_s, SHORT[database], SHORT_LAST_BLOW)


def _drawn(chance: Random, name: str, kind: Kind, at_s: float) -> Fault:
    return Fault(
        kind=name,
        at_s=round(at_s, 3),
        lasts_s=round(chance.uniform(kind.shortest_s, kind.longest_s), 3),
        seat=chance.randrange(SEATS.get(kind.target, 1)),
        amount=chance.randint(1, 6),
    )

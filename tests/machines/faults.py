"""What strikes the three machines, one thing after the other, with quiet in between."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.machines.site import STORAGE, Site

EMPTY_SEAT_S = 3.0
STORAGE_DOWN_S = 1.0
CUT_OFF_S = 6.0


@dataclass(frozen=True, slots=True)
class Fault:
    """`strike` returns when what it took away is there again."""

    name: str
    strike: Callable[[], object]


def faults_of(site: Site) -> list[Fault]:
    """One of each kind of process killed, and each machine but the callers' cut off once."""
    first, second = site.machines
    return [
        Fault("edge on a killed", partial(first.edge.kill, EMPTY_SEAT_S)),
        Fault("worker on b killed", partial(second.worker.kill, EMPTY_SEAT_S)),
        Fault("Redis killed", partial(_redis_killed, site)),
        Fault("PostgreSQL killed", partial(_postgres_killed, site)),
        Fault("machine b cut off", partial(_cut_off, site, second.name)),
        Fault("machine a cut off", partial(_cut_off, site, first.name)),
        Fault("machine c cut off", partial(_cut_off, site, STORAGE)),
        Fault("a, then b restarted in order", partial(_replaced, site)),
    ]


def _redis_killed(site: Site) -> None:
    site.redis.kill()
    _pass(STORAGE_DOWN_S)
    site.redis.start()


def _postgres_killed(site: Site) -> None:
    site.postgres.crash()
    _pass(STORAGE_DOWN_S)
    site.postgres.start()


def _cut_off(site: Site, machine: str) -> None:
    site.network.cut_off(machine)
    _pass(CUT_OFF_S)
    site.network.bring_back(machine)


def _replaced(site: Site) -> None:
    for machine in site.machines:
        machine.worker.stop()
        machine.edge.stop()


def _pass(time_s: float) -> None:
    threading.Event().wait(time_s)

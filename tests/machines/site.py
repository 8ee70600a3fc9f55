"""The three machines, running, and the callers' own: where this process is."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from redis import Redis

from models.database import Database
from tests.machines.machine import Machine
from tests.machines.network import Network
from tests.machines.storage import NetworkPostgres, NetworkRedis
from tests.services.processes import Services
from tests.services.run_folder import run_folder

STORAGE = "c"
CALLERS = "callers"
MACHINES = ("a", "b", STORAGE, CALLERS)
# A caller gives up after four seconds: an account write should be answered before that.
SETTINGS: dict[str, object] = {"account_wait_s": 3.0, "stop_grace_s": 5.0}


@dataclass(frozen=True)
class Site:
    """All machines and what runs on them; `database` is reached from the callers' machine."""

    network: Network
    redis: NetworkRedis
    postgres: NetworkPostgres
    machines: tuple[Machine, Machine]
    database: Database

    @property
    def urls(self) -> list[str]:
        """Where callers reach the edges."""
        return [machine.url for machine in self.machines]

    @property
    def troubles(self) -> list[str]:
        """What processes did that no fault excuses."""
        seats = [seat for machine in self.machines for seat in (machine.edge, machine.worker)]
        return [trouble for seat in seats for trouble in seat.troubles]

    @contextmanager
    def asking_redis(self) -> Iterator[Redis]:
        """A client that may do everything."""
        with Redis.from_url(self.redis.network_url("admin"), socket_timeout=10) as client:
            yield client


@contextmanager
def site() -> Iterator[Site]:
    """Yield the machines with all processes ready; this thread is on the callers' machine.

    Raises NotPossible.
    """
    with ExitStack() as stack:
        network = stack.enter_context(Network(MACHINES))
        stack.enter_context(network.on(CALLERS))
        redis = stack.enter_context(NetworkRedis(network, STORAGE))
        postgres = stack.enter_context(NetworkPostgres(network, STORAGE))
        folder = Path(mkdtemp(prefix="machines-", dir=run_folder()))
        where = Services(redis.network_url("edge"), postgres.network_url, folder, **SETTINGS)
        services = stack.enter_context(where)
        services.is_cold = True  # forks would be on the machine of what they were forked off
        _migrate(services)
        urls = {user: redis.network_url(user) for user in ("edge", "worker", "admin")}
        first, second = (Machine(network, name, services, urls) for name in MACHINES[:2])
        database = stack.enter_context(closing(Database(postgres.network_url)))
        yield Site(network, redis, postgres, (first, second), database)


def _migrate(services: Services) -> None:
    command = [sys.executable, "-m", "ingest_api.cli", "migrate"]
    subprocess.run(command, check=True, env=services.environment(), capture_output=True)

"""What a round stands on: Redis, a database, edges and workers, and the ways between them."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from types import MappingProxyType

from redis import Redis

from models.database import Database
from tests.faults.ground import Ground, PostgresGround, SqliteGround
from tests.faults.link import Link, Links, LocalPort, SocketFile
from tests.faults.plan import EDGES, WORKERS
from tests.faults.seat import Seat
from tests.services.postgres_process import PostgresProcess
from tests.services.processes import ServiceProcess, Services
from tests.services.redis_process import RedisProcess
from tests.services.run_folder import run_folder

LOCALHOST = "127.0.0.1"
HANDS = 32
# A caller gives up after four seconds: an account write should be answered before that.
# More processes than projects, so that two may meet in one. Who freezes loses its session.
SETTINGS: dict[str, object] = {
    "account_wait_s": 3.0,
    "stop_grace_s": 5.0,
    "worker_processes": 2,
    "idle_in_transaction_timeout_s": 1.0,
}

StartWorker = Callable[[Services], ServiceProcess]
"""Starts a worker process, the product's own or one that lacks a safeguard."""


@dataclass(frozen=True)
class Site:
    """Everything of a round that runs; `callers_to` are the ways to the edges, by seat.

    Whatever starts a process does so in one of the `hands`: a child ends with the thread that
    started it.
    """

    folder: Path
    hands: ThreadPoolExecutor
    redis: RedisProcess
    ground: Ground
    database: Database
    edges: list[Seat]
    workers: list[Seat]
    callers_to: list[Link]
    edges_to_redis: Link
    workers_to_redis: Link

    @property
    def urls(self) -> list[str]:
        """Where callers reach the edges."""
        return [f"http://{LOCALHOST}:{link.port}" for link in self.callers_to]

    @property
    def troubles(self) -> list[str]:
        """What processes did that no fault excuses."""
        return [trouble for seat in (*self.edges, *self.workers) for trouble in seat.troubles]

    @contextmanager
    def asking_redis(self) -> Iterator[Redis]:
        """A client of the round's own, past the links."""
        with Redis.from_url(self.redis.url, socket_timeout=10) as client:
            yield client


def own_worker(services: Services) -> ServiceProcess:
    """The product's worker, as it is."""
    return services.start_worker()


@contextmanager
def site(
    server: PostgresProcess | None,
    start_worker: StartWorker = own_worker,
    settings: Mapping[str, object] = MappingProxyType({}),
) -> Iterator[Site]:
    """Yield a site on a database of `server`, or on SQLite where there is none."""
    with ExitStack() as stack:
        folder = Path(mkdtemp(prefix="hal-faults-", dir=run_folder()))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        hands = stack.enter_context(ThreadPoolExecutor(HANDS, thread_name_prefix="hand"))
        links = stack.enter_context(Links())
        redis = stack.enter_context(RedisProcess(durable=True, parent=run_folder()))
        ground = _ground(server, folder, links, stack)
        database = stack.enter_context(closing(Database(ground.url, lock_timeout_s=10)))
        to_redis = SocketFile(redis.server.socket)
        ways = [links.to(f"{who} to redis", to_redis) for who in ("edge", "worker")]
        services = [
            stack.enter_context(Services(redis.url, url, folder, **{**SETTINGS, **settings}))
            for url in (ground.url_of_edges, ground.url_of_workers)
        ]
        callers_to = [links.to(f"caller to edge {each}", LocalPort(0)) for each in range(EDGES)]
        # What forks them all is started by the first one, once.
        first = hands.submit(_edge, services[0], "edge 0", callers_to[0], ways[0]).result()
        others = [
            hands.submit(_edge, services[0], f"edge {n}", callers_to[n], ways[0])
            for n in range(1, EDGES)
        ]
        working = [
            hands.submit(_worker, _over(services[1], ways[1]), f"worker {n}", start_worker)
            for n in range(WORKERS)
        ]
        edges = [first, *(each.result() for each in others)]
        workers = [each.result() for each in working]
        yield Site(folder, hands, redis, ground, database, edges, workers, callers_to, *ways)


def _ground(server: PostgresProcess | None, folder: Path, links: Links, stack: ExitStack) -> Ground:
    if server is None:
        return SqliteGround(folder)
    ground = PostgresGround(server, links)
    stack.callback(ground.drop)
    return ground


def _edge(services: Services, name: str, callers: Link, to_redis: Link) -> Seat:
    def start() -> ServiceProcess:
        web = services.start_web(redis_url=url_over(to_redis))
        callers.server = LocalPort(int(web.url.rpartition(":")[2]))
        return web

    return Seat(name, services, start)


def _worker(services: Services, name: str, start_worker: StartWorker) -> Seat:
    return Seat(name, services, lambda: start_worker(services))


def _over(services: Services, to_redis: Link) -> Services:
    """The same services, whose children reach Redis over the link."""
    services.settings["redis_url"] = url_over(to_redis)
    return services


def url_over(to_redis: Link) -> str:
    """REDIS_URL of who goes over the link."""
    return f"redis://{LOCALHOST}:{to_redis.port}/0"

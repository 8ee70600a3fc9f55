"""What embedded mode runs: each service's command, environment and sign of being ready."""

import http.client
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import redis

from config.settings import Settings, child_environment
from ingest_api.embedded.redis_server import RedisServer, plan_redis_server
from ingest_api.embedded.supervisor import Service

METRICS_FOLDER = "metrics"
PROBE_TIMEOUT_S = 1.0
# Above the time that edge and worker give themselves.
STOP_MARGIN_S = 5.0
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (read, not bound)


@dataclass(frozen=True, slots=True)
class EmbeddedPlan:
    """The settings that hold for all services, and the services; `redis` is None where
    REDIS_URL names one.
    """

    settings: Settings
    redis: Service | None
    migrate: Service
    worker: Service
    web: Service


def plan_services(settings: Settings, folder: Path) -> EmbeddedPlan:
    """Plan the services with their data in `folder`. Raises RedisServerMissing."""
    server = None if settings.redis_url_given else plan_redis_server(folder / "redis")
    settings = _settled(settings, server, folder)
    environment = child_environment(settings.as_environment())
    stop_within_s = settings.stop_grace_s + STOP_MARGIN_S
    python = sys.executable
    return EmbeddedPlan(
        settings=settings,
        redis=_redis_service(server, stop_within_s) if server else None,
        migrate=Service("migrate", (python, "-m", "ingest_api.cli", "migrate"), environment),
        worker=Service(
            "worker",
            (python, "-m", "workers"),
            environment,
            is_ready=lambda pid: worker_is_ready(settings.redis_url, pid),
            stop_within_s=stop_within_s,
        ),
        web=Service(
            "web",
            (python, "-m", "ingest_api.cli", "web"),
            environment,
            is_ready=lambda _: web_is_ready(settings.host, settings.port),
            stop_within_s=stop_within_s,
        ),
    )


def _settled(settings: Settings, server: RedisServer | None, folder: Path) -> Settings:
    """Return the settings with the places of this folder where none were given."""
    places = {} if server is None else {"redis_url": server.url}
    if "database_url" not in settings.model_fields_set:
        places["database_url"] = f"sqlite:///{folder.absolute() / 'hal-ingest.db'}"
    if settings.metrics_folder is None:
        places["prometheus_multiproc_dir"] = str(folder.absolute() / METRICS_FOLDER)
    return settings.model_copy(update=places)


def _redis_service(server: RedisServer, stop_within_s: float) -> Service:
    return Service(
        "redis",
        tuple(server.command()),
        child_environment({}),
        is_ready=lambda _: server.is_ready(),
        ready_within_s=120.0,  # a long append-only file takes its time to load
        stop_within_s=stop_within_s,
    )


def web_is_ready(host: str, port: int) -> bool:
    """Whether the edge at this address says that it is alive."""
    connection = http.client.HTTPConnection(reachable(host), port, timeout=PROBE_TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker_is_ready(redis_url: str, pid: int) -> bool:
    """Whether a process of the worker with this pid has announced itself on its queue."""
    try:
        with redis.Redis.from_url(redis_url, socket_timeout=PROBE_TIMEOUT_S) as client:
            keys = [key.decode() for key in client.sscan_iter("rq:workers")]
            return any(_is_of_group(client.hget(key, "pid"), pid) for key in keys)
    except redis.RedisError:
        return False


def _is_of_group(announced: bytes | None, group: int) -> bool:
    """Whether the process is in the group; a worker and its processes are one."""
    if announced is None or not announced.isdigit():
        return False
    try:
        return os.getpgid(int(announced)) == group
    except ProcessLookupError:
        return False


def reachable(host: str) -> str:
    """Return an address at which a listener on `host` can be reached from this machine."""
    return _ANY_ADDRESS.get(host, host)

"""Edges as anybody would write them: a job in RQ, one in dramatiq, or the write at once.

All read and validate a body as the product does, under the server that it uses. What blocks runs
in Starlette's threads. `python -m tests.benchmarks.baselines.plain_edge PORT PROCESSES`.
"""

import sys
import time
import uuid
from collections.abc import Callable

from redis import Redis
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from config.settings import load_settings
from ingest_api.bodies import parse_body
from models.operations import to_payload, validate
from tests.benchmarks.baselines.plain_jobs import actor, rq_enqueue, rq_queue, sqlmodel_actor
from tests.benchmarks.baselines.plain_work import PlainWork
from tests.benchmarks.baselines.serving import serve

Take = Callable[[str, str, dict[str, object], str], object]


def edge_of(take: Take, status: int) -> Callable[[Request], object]:
    """An endpoint that hands each operation to `take`, in a thread."""

    async def endpoint(request: Request) -> JSONResponse:
        operation_type = request.path_params["type"]
        body = parse_body(await request.body())
        operation, _ = validate(operation_type, body)
        operation_id = uuid.uuid4().hex
        payload = to_payload(operation)
        await run_in_threadpool(take, body["app_id"], operation_type, payload, operation_id)
        said = "applied" if status == 200 else "queued"
        answer = {"operation_id": operation_id, "type": operation_type, "status": said}
        return JSONResponse(answer, status)

    return endpoint


async def healthz(_: Request) -> PlainTextResponse:
    """Answer that the process is alive."""
    return PlainTextResponse("ok")


def app() -> Starlette:
    """All of them in one application."""
    settings = load_settings()
    queue = rq_queue(Redis.from_url(settings.redis_url))
    plain_work = PlainWork(settings.database_url)

    def enqueue(*arguments: object) -> None:
        rq_enqueue(queue, *arguments)

    def write(
        project_id: str, operation_type: str, payload: dict[str, object], operation_id: str
    ) -> None:
        now_ms = time.time_ns() // 1_000_000
        plain_work.apply(project_id, operation_type, payload, operation_id, now_ms)

    takers: dict[str, tuple[Take, int]] = {
        "rq": (enqueue, 202),
        "dramatiq": (actor.send, 202),
        "sqlmodel": (sqlmodel_actor.send, 202),
        "write": (write, 200),
    }
    routes = [
        Route(f"/{name}/{{type}}", edge_of(take, status), methods=["POST"])
        for name, (take, status) in takers.items()
    ]
    return Starlette(routes=[*routes, Route("/healthz", healthz)])


def main() -> None:
    """Serve, given a port and a number of processes."""
    port, processes = (int(word) for word in sys.argv[1:])
    serve("tests.benchmarks.baselines.plain_edge:app", port, processes)


if __name__ == "__main__":
    main()

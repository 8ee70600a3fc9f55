"""Two edges as anybody would write them, with the same reading and validation of a body.

`bare` answers at once and keeps nothing; `enqueueing` makes one RQ job of each request, as the
path says: from the event loop itself, or in a thread.
"""

import argparse
import uuid
from functools import partial

from redis import Redis
from rq import Queue
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from config.settings import load_settings
from ingest_api.bodies import parse_body
from models.operations import to_payload, validate
from tests.benchmarks.baselines.serving import serve

JOB_FUNCTION = "tests.benchmarks.baselines.job_worker.apply_one"


async def bare(request: Request) -> JSONResponse:
    """Read, validate, answer."""
    validate("identify", parse_body(await request.body()))
    return _queued(uuid.uuid4().hex)


async def enqueueing(request: Request) -> JSONResponse:
    """Read, validate, enqueue, answer."""
    body = parse_body(await request.body())
    operation, _ = validate("identify", body)
    queue: Queue = request.app.state.queue
    arguments = (body["app_id"], "identify", to_payload(operation))
    enqueue = partial(queue.enqueue, JOB_FUNCTION, *arguments)
    in_thread = request.path_params["where"] == "thread"
    job = await run_in_threadpool(enqueue) if in_thread else enqueue()
    return _queued(job.id)


async def healthz(_: Request) -> PlainTextResponse:
    """Answer that the process is alive."""
    return PlainTextResponse("ok")


def _queued(operation_id: str) -> JSONResponse:
    answer = {"operation_id": operation_id, "type": "identify", "status": "queued"}
    return JSONResponse(answer, 202)


def app() -> Starlette:
    """Both edges in one application."""
    routes = [
        Route("/bare", bare, methods=["POST"]),
        Route("/enqueue/{where}", enqueueing, methods=["POST"]),
        Route("/healthz", healthz),
    ]
    application = Starlette(routes=routes)
    application.state.queue = Queue("jobs", connection=Redis.from_url(load_settings().redis_url))
    return application


def main() -> None:
    """Serve on a port, with the options that `hal-ingest web` gives uvicorn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    serve("tests.benchmarks.baselines.apps:app", parser.parse_args().port)


if __name__ == "__main__":
    main()

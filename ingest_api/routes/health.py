"""Whether this edge lives, whether it can do its work, and what it counted (contract §13)."""

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST

from ingest_api.answers import NO_STORE, Answer, json_answer
from ingest_api.edge import Edge
from ingest_api.errors import unavailable
from ingest_api.incoming import Incoming
from ingest_api.installation_metrics import look_at_installation
from ingest_api.readiness import check_readiness


async def alive(_edge: Edge, _incoming: Incoming) -> Answer:
    """Says only that the process answers."""
    return json_answer(200, {"status": "alive"})


async def ready(edge: Edge, _incoming: Incoming) -> Answer:
    """Redis, database, what waits, who applies it. Raises Problem 503 naming what failed."""
    found = await check_readiness(edge)
    told = {"checks": found.checks, "warnings": found.warnings}
    if found.failed:
        raise unavailable(edge.settings.retry_after_s, failed=found.failed, **told)
    return json_answer(200, {"status": "ready", **told})


async def metrics(edge: Edge, _incoming: Incoming) -> Answer:
    """What this machine's processes counted and what all share, in Prometheus' text format."""
    edge.write_metrics()
    common = await look_at_installation(edge)
    text = await asyncio.to_thread(edge.metrics.text, common)
    content_type = (b"content-type", CONTENT_TYPE_LATEST.encode())
    return Answer(200, text, (content_type, NO_STORE))

"""The public routes in words (contract §13)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from ingest_api.documentation import ASSETS_PATH
from ingest_api.openapi.answers import SOMETIMES
from ingest_api.openapi.description import Description, Example, Parameter, Reply, RouteKey
from ingest_api.openapi.example_ids import DOCS_VERSION
from ingest_api.openapi.parameters import TEXT
from ingest_api.openapi.shown import Shown

TAG = "Service"


class Alive(Shown):
    """The process answers."""

    status: Literal["alive"]


class Check(Shown):
    """What was looked at, and how it is."""

    status: Literal["ok", "unavailable"]
    reason: str = SOMETIMES
    appendonly: str | None = SOMETIMES
    appendfsync: str | None = SOMETIMES
    maxmemory_policy: str | None = SOMETIMES
    survives: Annotated[str, Field(description="What a 202 survives.")] = SOMETIMES
    oldest_waiting_s: Annotated[
        float | None, Field(description="Age of the oldest waiting operation.")
    ] = SOMETIMES
    projects_waiting: Annotated[int, Field(description="Projects with waiting operations.")] = (
        SOMETIMES
    )
    alive: Annotated[int | None, Field(description="Workers; null where Redis does not tell.")] = (
        SOMETIMES
    )


class Notice(Shown):
    """What to look after although the edge can do its work."""

    code: Literal[
        "no_worker", "operations_wait", "redis_not_durable", "redis_evicts", "redis_nearly_full"
    ]
    detail: str


class Ready(Shown):
    """The edge can do its work."""

    status: Literal["ready"]
    checks: dict[str, Check]
    warnings: list[Notice]


def _read(
    operation_id: str,
    summary: str,
    text: str,
    reply: Reply,
    *,
    codes: tuple[str, ...] = (),
    parameters: tuple[Parameter, ...] = (),
) -> Description:
    return Description(
        operation_id=operation_id,
        summary=summary,
        text=text,
        family="public",
        tag=TAG,
        replies=(reply,),
        codes=codes,
        parameters=parameters,
        examples=(
            Example(
                operation_id,
                summary,
                status=reply.status,
                path={parameter.name: parameter.example for parameter in parameters},
            ),
        ),
    )


_ALIVE = Reply(200, "The process answers.", Alive, example={"status": "alive"})
_READY_EXAMPLE: dict[str, Any] = {
    "status": "ready",
    "checks": {
        "redis": {
            "status": "ok",
            "appendonly": "yes",
            "appendfsync": "always",
            "maxmemory_policy": "noeviction",
            "survives": "a crash and a power loss",
        },
        "database": {"status": "ok"},
        "mailbox": {"status": "ok", "oldest_waiting_s": None, "projects_waiting": 0},
        "workers": {"status": "ok", "alive": 2},
    },
    "warnings": [],
}
_CACHED = ("ETag",)
_PAGE = ("ETag", "Content-Security-Policy")

SERVICE: dict[RouteKey, Description] = {
    ("GET", "/healthz"): _read("get_healthz", "Is the process alive?", "Nothing more.", _ALIVE),
    ("GET", "/livez"): _read("get_livez", "Is the process alive?", "As `/healthz`.", _ALIVE),
    ("GET", "/readyz"): _read(
        "get_readyz",
        "Can it do its work?",
        "Redis with its policy, the database, the oldest waiting operation, and the workers. The "
        "503 names what `failed`. `warnings` do not make it 503.",
        Reply(200, "Ready.", Ready, example=_READY_EXAMPLE),
    ),
    ("GET", "/metrics"): _read(
        "get_metrics",
        "Counters of this machine's processes",
        "In the text format of Prometheus, with the state of what all machines share.",
        Reply(200, "The counters.", str, media_type="text/plain"),
    ),
    ("GET", "/openapi.json"): _read(
        "get_openapi",
        "This document",
        "OpenAPI 3.1, made of the types that validate.",
        Reply(200, "The document.", dict[str, Any], _CACHED),
    ),
    ("GET", "/docs"): _read(
        "get_docs",
        "This document as a page",
        "Works without a network; loads nothing from elsewhere.",
        Reply(200, "The page.", str, _PAGE, media_type="text/html"),
    ),
    ("GET", f"{ASSETS_PATH}/{{version}}/{{name}}"): _read(
        "get_docs_asset",
        "A file of that page",
        "Under a version that names its content: may be kept for good.",
        Reply(200, "The file.", str, media_type="text/javascript"),
        codes=("not_found",),
        parameters=(
            Parameter("version", "path", "As the page names it.", TEXT, DOCS_VERSION),
            Parameter("name", "path", "As the page names it.", TEXT, "start.js"),
        ),
    ),
}

"""Every setting of the product. This module alone reads the environment (contract §13).

A variable is its field's name in capitals; units stand last in the name.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.trusted_proxies import read_trusted_proxies

DEFAULT_DATABASE_URL = "sqlite:///var/hal-ingest.db"
DEFAULT_REDIS_URL = "redis://localhost:6379/0"

_DRIVER_OF_SCHEME = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_REDIS_SCHEMES = ("redis", "rediss", "unix")
_SECRET_FIELDS = frozenset({"database_url", "redis_url"})


class SettingsError(Exception):
    """The environment holds a setting that cannot be used; its text is one line for a person."""


def _database_url(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    driver = _DRIVER_OF_SCHEME.get(scheme)
    if not separator or driver is None:
        raise ValueError("must start with sqlite:///, postgresql:// or postgres://")
    if driver == "sqlite" and not rest.startswith("/"):
        raise ValueError("must have three slashes before a relative path: sqlite:///var/name.db")
    if driver == "sqlite" and (rest == "/" or rest.startswith("/:memory:")):
        raise ValueError("must name a file, since several processes share it")
    _check_port(url)
    return f"{driver}://{rest}"


def _redis_url(url: str) -> str:
    if url.partition("://")[0] not in _REDIS_SCHEMES or "://" not in url:
        raise ValueError("must start with redis://, rediss:// or unix://")
    _check_port(url)
    return url


def _trusted_proxies(text: str) -> str:
    read_trusted_proxies(text)
    return text


def _check_port(url: str) -> None:
    try:
        _ = urlsplit(url).port
    except ValueError:
        # The standard library's own message repeats a part of the URL.
        raise ValueError("has a host or port that cannot be read") from None


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
RedisUrl = Annotated[str, AfterValidator(_redis_url)]
Proxies = Annotated[str, AfterValidator(_trusted_proxies)]
# A hundred years; what is to stay longer stays for ever.
_LONGEST_DAYS = 36_500
Days = Annotated[int, Field(ge=1, le=_LONGEST_DAYS)] | Literal["forever"]
# Callers are promised a week (contract §4 Retries).
KeyDays = Annotated[int, Field(ge=7, le=_LONGEST_DAYS)] | Literal["forever"]
Seconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]
# 0 turns a bucket off.
Rate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Burst = Annotated[int, Field(ge=1, le=1_000_000)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
LogFormat = Literal["auto", "json", "console"]
LogRequests = Literal["failed", "refused", "all"]


class Settings(BaseSettings):
    """All settings, checked and unchangeable. An empty variable counts as absent."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore")

    database_url: DatabaseUrl = Field(
        DEFAULT_DATABASE_URL,
        repr=False,
        description="sqlite:///path, postgresql://… or postgres://…",
    )
    redis_url: RedisUrl = Field(
        DEFAULT_REDIS_URL,
        repr=False,
        description="redis://…, rediss://… or unix://path; without it `up` starts its own server",
    )
    host: str = Field("127.0.0.1", min_length=1, description="address the edge listens on")
    port: int = Field(8080, ge=1, le=65535, description="port the edge listens on")
    web_workers: int = Field(1, ge=1, le=64, description="edge processes")
    worker_processes: int = Field(1, ge=1, le=64, description="processes of one `worker`")
    worker_max_age_s: float = Field(
        0.0,
        ge=0.0,
        le=31_536_000.0,
        description="age at which a worker process makes room for a new one, 0 for none",
    )
    worker_max_memory_bytes: int = Field(
        1024**3,
        ge=0,
        description="the same for its memory, 0 for none",
    )
    log_level: LogLevel = Field("INFO", description="least severe line that is written")
    log_format: LogFormat = Field(
        "auto", description="auto: console lines on a terminal, JSON elsewhere"
    )
    log_requests: LogRequests = Field(
        "refused", description="lines for requests: answered 5xx, also 4xx, all"
    )
    prometheus_multiproc_dir: str = Field(
        "", description="folder in which the processes of one machine count together"
    )
    metrics_projects: int = Field(
        10, ge=0, le=1_000, description="projects that metrics name; the others are told as one"
    )
    worker_metrics_host: str = Field(
        "127.0.0.1", min_length=1, description="address at which `worker` answers `/metrics`"
    )
    worker_metrics_port: int = Field(
        0, ge=0, le=65535, description="its port; with 0 it answers none"
    )
    stuck_after_s: float = Field(
        60.0, gt=0, le=86_400, description="age of a waiting operation at which `/readyz` warns"
    )

    widget_wait_s: float = Field(
        2.0, ge=0, le=30, description="how long a widget write waits for its outcome before a 202"
    )
    account_wait_s: float = Field(
        10.0, ge=0, le=30, description="the same for account and v1 writes, `/api/batch` among them"
    )
    max_wait_s: float = Field(30.0, ge=0, le=30, description="cap of `Prefer: wait=N`")
    wait_backlog_limit: int = Field(
        5_000, ge=1, description="mailbox depth in entries beyond which nobody waits"
    )
    accept_wait_s: Seconds = Field(
        1.0,
        description="how long calls may have to wait for Redis before an edge refuses new writes",
    )
    waiting_callers_limit: int = Field(
        10_000, ge=1, description="callers of one edge process that wait for outcomes at once"
    )
    stop_grace_s: Seconds = Field(
        10.0, description="how long a stopping edge or worker may finish what it has begun"
    )
    retry_after_s: int = Field(1, ge=1, le=3600, description="`Retry-After` of a 503")

    trusted_proxies: Proxies = Field(
        "none",
        description="addresses and networks of the proxies whose `X-Forwarded-For` or `Forwarded` "
        "is believed, `unix` for those on a unix socket",
    )
    project_rate_per_s: Rate = Field(
        20_000, description="operations a second that one project may ask for; 0: any number"
    )
    project_rate_burst: Burst = Field(40_000, description="the same, at once")
    visitor_rate_per_s: Rate = Field(
        500, description="operations a second about one visitor; 0: any number"
    )
    visitor_rate_burst: Burst = Field(10_000, description="the same, at once")
    address_rate_per_s: Rate = Field(
        10_000,
        description="operations a second from one address to one project, without a secret token; "
        "0: any number",
    )
    address_rate_burst: Burst = Field(20_000, description="the same, at once")

    head_timeout_s: Seconds = Field(
        10.0, description="how long a request's line and headers may take to arrive"
    )
    body_timeout_s: Seconds = Field(30.0, description="how long a request's body may take")
    body_limit_bytes: int = Field(
        256 * 1024, ge=1024, le=16 * 1024 * 1024, description="largest body of one operation"
    )
    mailbox_max_entries: int = Field(
        200_000, ge=1, description="entries one project's mailbox may hold"
    )
    mailbox_max_bytes: int = Field(
        128 * 1024 * 1024, ge=1024, description="bytes one project's mailbox may hold"
    )
    bulk_mailbox_share: float = Field(
        0.8, gt=0, le=1, description="share of both that bulk operations may fill"
    )
    idempotency_hint_s: int = Field(
        600, ge=1, le=86_400, description="life of an idempotency key in Redis (a hint only)"
    )

    drain_batch_size: int = Field(
        500, ge=1, le=2_000, description="operations applied in one transaction"
    )
    drain_shared_batch_size: int = Field(
        64,
        ge=1,
        le=2_000,
        description="the most in a batch while several projects need the worker",
    )
    drain_round_projects: int = Field(
        16,
        ge=1,
        le=256,
        description="projects that share one transaction while many wait; 1: each has its own",
    )
    bulk_batch_size: int = Field(
        200, ge=1, le=2_000, description="the most in a batch of the bulk lane"
    )
    bulk_batch_s: Seconds = Field(
        0.03,
        description="a bulk batch is made smaller where it takes longer: live calls wait for it",
    )
    drain_slice_s: Seconds = Field(
        0.01, description="a drain's turn while other projects are waiting"
    )
    # RQ counts a worker as gone that has not looked after itself for longer.
    drain_max_s: float = Field(
        20.0, gt=0, le=30, description="a drain's longest run before it queues again"
    )
    linger_s: float = Field(
        30.0, ge=0, le=60, description="how long a drain stays with an empty mailbox"
    )
    wake_queued_s: Seconds = Field(5.0, description="life of the wake token of a queued drain")
    wake_running_s: Seconds = Field(1.0, description="life of the wake token of a running drain")
    sweep_interval_s: Seconds = Field(0.5, description="pause between two sweeps for lost wakes")

    decide_timeout_s: Seconds = Field(
        1.0,
        description="computing that one operation may need; a batch gets 0.002 s more for each",
    )
    apply_timeout_s: Seconds = Field(
        1800.0, description="a whole batch, with all its statements; then the worker ends itself"
    )
    poison_deaths: int = Field(
        3,
        ge=2,
        le=20,
        description="tries in a row, each alone, that an operation must kill or outlast",
    )

    receipt_retention_days: Days = Field(
        30, description="how long receipts are kept, `forever` to prune none"
    )
    key_retention_days: KeyDays = Field(
        7, description="how long idempotency keys are kept, with their receipts; at least 7"
    )
    dead_letter_retention_days: Days = Field(
        90, description="how long dead letters are kept, `forever` to prune none"
    )
    prune_interval_s: Seconds = Field(600.0, description="pause between two rounds of pruning")
    prune_batch_size: int = Field(500, ge=1, le=2_000, description="rows pruned in one transaction")
    prune_pause_s: float = Field(
        0.05, ge=0, le=60, description="pause of the pruning between two transactions"
    )

    project_cache_ttl_s: Seconds = Field(
        2.0, description="how old a project's cached settings and keys may be at the edge"
    )
    project_cache_entries: int = Field(
        10_000, ge=1, le=1_000_000, description="projects and keys the edge remembers"
    )

    redis_timeout_s: Seconds = Field(1.0, description="connecting to Redis, and one command")
    database_timeout_s: Seconds = Field(1.0, description="connecting, and waiting for the pool")
    statement_timeout_s: Seconds = Field(10.0, description="one PostgreSQL statement")
    lock_timeout_s: Seconds = Field(2.0, description="waiting for a database lock, both databases")
    idle_in_transaction_timeout_s: Seconds = Field(
        10.0, description="a PostgreSQL transaction in which nothing happens"
    )
    database_pool_size: int = Field(5, ge=1, le=100, description="connections of one process")

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        if self.drain_slice_s > self.drain_max_s:
            raise ValueError("DRAIN_SLICE_S: must not be above DRAIN_MAX_S")
        return self

    @property
    def redis_url_given(self) -> bool:
        """Whether REDIS_URL was set, so that `up` must not start a server of its own."""
        return "redis_url" in self.model_fields_set

    @property
    def metrics_folder(self) -> Path | None:
        """Where the processes of this machine count together; None for each on its own."""
        given = self.prometheus_multiproc_dir
        return Path(given) if given else None

    def as_environment(self) -> dict[str, str]:
        """Return the variables that give another process these same settings."""
        return {name.upper(): str(value) for name, value in self.model_dump().items()}


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One line of the table of settings; `default` and `type` as a person would write them."""

    variable: str
    type: str
    default: str
    meaning: str


def settings_table() -> list[SettingRow]:
    """List every setting in its order of declaration, for the docs and for `--help`."""
    return [
        SettingRow(
            variable=name.upper(),
            type=_type_label(field.annotation),
            default=str(field.default) or "none",
            meaning=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def render_settings_markdown() -> str:
    """Render the table of settings as a Markdown table."""
    lines = ["| variable | type | default | meaning |", "|---|---|---|---|"]
    lines += [
        f"| `{row.variable}` | {row.type} | `{row.default}` | {row.meaning} |"
        for row in settings_table()
    ]
    return "\n".join(lines) + "\n"


def _type_label(annotation: object) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(str(choice) for choice in get_args(annotation))
    if get_origin(annotation) is Annotated:
        return _type_label(get_args(annotation)[0])
    if isinstance(annotation, UnionType) or get_origin(annotation) is Union:
        return " or ".join(_type_label(choice) for choice in get_args(annotation))
    labels = {int: "whole number", float: "number", str: "text"}
    return labels.get(annotation, "text") if isinstance(annotation, type) else "text"


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises SettingsError with one line that names the first bad variable and never repeats
    the value of one that may hold a password.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_first_fault(error)) from None


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_context=False)[0]
    reason = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return reason
    field = str(fault["loc"][0])
    reason = reason[:1].lower() + reason[1:]
    if field in _SECRET_FIELDS:
        return f"{field.upper()}: {reason}"
    return f"{field.upper()}: {reason} (it is {str(fault['input'])[:80]!r})"


def child_environment(changes: Mapping[str, str]) -> dict[str, str]:
    """Return this process' environment with `changes` on top, for a child process."""
    return {**os.environ, **changes}


def give_to_children(**variables: str) -> None:
    """Puts variables into this process' environment, for libraries and for processes to come."""
    os.environ.update(variables)

"""Where the processes are, what they say, and how many there are."""

from pydantic import Field

from config.sections.section import DatabaseUrl, LogFormat, LogLevel, LogRequests, RedisUrl, Section

DEFAULT_DATABASE_URL = "sqlite:///var/hal-ingest.db"
DEFAULT_REDIS_URL = "redis://localhost:6379/0"


class Running(Section):
    """Addresses, processes, logs and metrics."""

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

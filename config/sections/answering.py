"""What an edge takes, and how long its callers wait (contract §3, §4)."""

from pydantic import Field

from config.sections.section import Burst, Proxies, Rate, Seconds, Section


class Answering(Section):
    """Waits, rate limits, and the bounds of requests and mailboxes."""

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
        description="how long a write may wait at an edge and for Redis before it is refused",
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
        10.0,
        description="how long a request's head, or a body answered unread, may take to arrive",
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

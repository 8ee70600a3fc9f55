"""Which token buckets a request's operations count in, and what the answer says of them (§4, Load).

The headers are those of draft-ietf-httpapi-ratelimit-headers: structured fields, an item a bucket.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from config.settings import Settings
from config.trusted_proxies import read_trusted_proxies
from ingest_api.answers import Header
from ingest_api.asked import Asked
from ingest_api.caller import Caller
from ingest_api.client_address import client_address
from ingest_api.incoming import Incoming
from models.queries.projects import EdgeProject
from workers.mailbox.buckets import (
    BUCKET_NAMES,
    Allowance,
    Bucket,
    BucketLimit,
    BucketName,
    Level,
    bucket,
    bucket_limit,
)

_MENDS_LIMITS = "update_project"
"""It counts nowhere: a project that limited itself too much could not take it back."""


class RateLimits:
    """The installation's limits, and each project's own in their place."""

    def __init__(self, settings: Settings) -> None:
        self._trusted = read_trusted_proxies(settings.trusted_proxies)
        self._usual: Mapping[BucketName, BucketLimit | None] = {
            "project": _limit(settings.project_rate_per_s, settings.project_rate_burst),
            "visitor": _limit(settings.visitor_rate_per_s, settings.visitor_rate_burst),
            "address": _limit(settings.address_rate_per_s, settings.address_rate_burst),
        }

    def allowance(self, incoming: Incoming, caller: Caller, asked: Sequence[Asked]) -> Allowance:
        """The buckets of each of a request's operations."""
        project = caller.project
        of_project = self._of_project(project)
        of_address = self._of_address(project, incoming, caller)
        return Allowance(
            [
                []
                if one.operation_type == _MENDS_LIMITS
                else [*of_project, *self._of_visitor(project, one), *of_address]
                for one in asked
            ]
        )

    def _of_project(self, project: EdgeProject) -> list[Bucket]:
        limit = self._limit(project, "project")
        return [] if limit is None else [bucket(project.id, "project", limit)]

    def _of_visitor(self, project: EdgeProject, asked: Asked) -> list[Bucket]:
        limit = self._limit(project, "visitor")
        visitor_id = asked.payload.get("visitor_id")
        if limit is None or not isinstance(visitor_id, str):
            return []
        return [bucket(project.id, "visitor", limit, visitor_id)]

    def _of_address(self, project: EdgeProject, incoming: Incoming, caller: Caller) -> list[Bucket]:
        """A backend's address says nothing: it speaks for all of its users."""
        limit = self._limit(project, "address")
        if limit is None or caller.kind != "publishable":
            return []
        address = client_address(incoming, self._trusted)
        return [] if address is None else [bucket(project.id, "address", limit, address)]

    def _limit(self, project: EdgeProject, name: BucketName) -> BucketLimit | None:
        own = project.rate_limits.get(name)
        return self._usual[name] if own is None else bucket_limit(own["rate_per_s"], own["burst"])


def _limit(rate_per_s: float, burst: int) -> BucketLimit | None:
    return bucket_limit(rate_per_s, burst) if rate_per_s else None


def rate_headers(allowance: Allowance) -> tuple[Header, ...]:
    """`RateLimit-Policy` and `RateLimit`; of a batch's visitors, the one who has the least left."""
    levels = allowance.levels
    if len(allowance.buckets) > 1:
        levels = _lowest(levels)
    if not levels:
        return ()
    return (
        (b"ratelimit-policy", ", ".join([_policy(*level.bucket[:2]) for level in levels]).encode()),
        (b"ratelimit", ", ".join([_state(level) for level in levels]).encode()),
    )


def _lowest(levels: Iterable[Level]) -> tuple[Level, ...]:
    lowest: dict[BucketName, Level] = {}
    for level in levels:
        known = lowest.setdefault(level.bucket.name, level)
        if level.remaining < known.remaining:
            lowest[level.bucket.name] = level
    return tuple(lowest[name] for name in BUCKET_NAMES if name in lowest)


@lru_cache(maxsize=1_000)
def _policy(name: BucketName, limit: BucketLimit) -> str:
    return f'"{name}";q={limit.burst};w={limit.window_s}'


def _state(level: Level) -> str:
    return f'"{level.bucket.name}";r={level.remaining};t={level.full_after_s}'

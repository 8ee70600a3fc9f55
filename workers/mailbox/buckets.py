"""Token buckets: who may ask how often (contract §4, Load). Pure; `accept.lua` keeps them.

A bucket is kept by GCRA as one time: that at which it would be full again. How far that lies ahead
is its debt; each operation adds an interval to it, and it may not outgrow the burst.
"""

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

BucketName = Literal["project", "visitor", "address"]
BUCKET_NAMES: tuple[BucketName, ...] = get_args(BucketName)
"""In the order in which the script is told of them."""
_KINDS = {name: kind for kind, name in enumerate(BUCKET_NAMES)}

LONGEST_US = 3_000_000_000_000_000
"""About a century: so much debt and today's time together are exact in a double, as Lua has it."""
WHO_BYTES = 9
_SECOND_US = 1_000_000


class BucketLimit(NamedTuple):
    """So many operations a second in the long run, and at most `burst` at once; see `bucket_limit`.

    `interval_us` is what one operation adds to the debt, `most_us` the debt of an empty bucket,
    `window_s` how long that one takes to be full again, in whole seconds, at least one.
    """

    burst: int
    interval_us: float
    most_us: float
    window_s: int


class Bucket(NamedTuple):
    """One bucket; `key` is its name in Redis."""

    name: BucketName
    limit: BucketLimit
    key: str


class Level(NamedTuple):
    """How full a bucket was left."""

    bucket: Bucket
    debt_us: float

    @property
    def remaining(self) -> int:
        """How many operations it still takes at once."""
        limit = self.bucket.limit
        return max(0, int((limit.most_us - self.debt_us) / limit.interval_us + 0.001))

    @property
    def full_after_s(self) -> int:
        """When it is full again, in whole seconds."""
        return math.ceil(self.debt_us / _SECOND_US)


class Allowance:
    """The buckets in which each operation of one call counts; once the call is answered, also how
    full they were left.
    """

    __slots__ = ("buckets", "levels")

    def __init__(self, buckets: Sequence[Sequence[Bucket]]) -> None:
        self.buckets = buckets
        self.levels: tuple[Level, ...] = ()


class TripBuckets:
    """The buckets of one call of the script: each is told once, and then named by its place."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._limits: dict[BucketName, BucketLimit] = {}

    def places(self, buckets: Sequence[Bucket]) -> list[int]:
        """The places of an operation's buckets in the order of BUCKET_NAMES, 0 for none."""
        places = [0, 0, 0]
        for name, limit, key in buckets:
            known = self._places.get(key)
            if known is None:
                known = self._places[key] = len(self._places) + 1
                self._limits[name] = limit
            places[_KINDS[name]] = known
        return places

    def arguments(self) -> list[Any]:
        """Interval and most debt for each of BUCKET_NAMES, how many keys there are, the keys."""
        arguments: list[Any] = []
        for name in BUCKET_NAMES:
            limit = self._limits.get(name)
            arguments += (0, 0) if limit is None else (limit.interval_us, limit.most_us)
        return [*arguments, len(self._places), *self._places]

    def tell(self, allowance: Allowance, debts_us: Sequence[int]) -> None:
        """Gives an allowance the levels of its buckets, out of the script's answer."""
        levels = {
            each.key: Level(each, debts_us[self._places[each.key] - 1])
            for buckets in allowance.buckets
            for each in buckets
        }
        allowance.levels = tuple(level for level in levels.values() if level.debt_us >= 0)


@lru_cache(maxsize=1_000)
def bucket_limit(rate_per_s: float, burst: int) -> BucketLimit:
    """The limit that lets so many operations a second pass in the long run, and `burst` at once."""
    interval_us = min(_SECOND_US / rate_per_s, LONGEST_US / burst)
    most_us = interval_us * burst
    return BucketLimit(burst, interval_us, most_us, max(1, math.ceil(most_us / _SECOND_US)))


def bucket(project_id: str, name: BucketName, limit: BucketLimit, who: str = "") -> Bucket:
    """The bucket of a project, or of a visitor or an address (`who`) in it.

    Who it is stands in the key as a short keyed digest only, and the key ends with the debt: Redis
    keeps no list of anybody's addresses.
    """
    if not who:
        return Bucket(name, limit, f"rate:{project_id}:{name}")
    digest = hashlib.blake2b(who.encode(), key=project_id.encode(), digest_size=WHO_BYTES)
    return Bucket(name, limit, f"rate:{project_id}:{name}:{digest.hexdigest()}")

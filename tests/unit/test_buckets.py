"""What a token bucket's numbers mean, and what Redis learns of whose it is (contract §4, Load)."""

import pytest

from workers.mailbox.buckets import (
    LONGEST_US,
    Allowance,
    BucketLimit,
    Level,
    TripBuckets,
    bucket,
    bucket_limit,
)

LIMIT = bucket_limit(rate_per_s=10, burst=20)


def level(debt_us: float, limit: BucketLimit = LIMIT) -> Level:
    return Level(bucket("p", "project", limit), debt_us)


@pytest.mark.parametrize(
    ("debt_us", "remaining", "full_after_s"),
    [(0, 20, 0), (1_000, 19, 1), (100_000, 19, 1), (1_500_000, 5, 2), (2_000_000, 0, 2)],
)
def test_a_debt_tells_what_is_left_and_when_it_is_over(
    debt_us: float, remaining: int, full_after_s: int
) -> None:
    assert (level(debt_us).remaining, level(debt_us).full_after_s) == (remaining, full_after_s)


@pytest.mark.parametrize(
    ("rate_per_s", "burst", "window_s"), [(10, 20, 2), (10, 1, 1), (1_000_000, 5, 1), (0.1, 3, 30)]
)
def test_the_window_is_the_time_from_empty_to_full(
    rate_per_s: float, burst: int, window_s: int
) -> None:
    assert bucket_limit(rate_per_s, burst).window_s == window_s


@pytest.mark.parametrize("rate_per_s", [1e-300, 1e-9, 1 / 3, 1_000_000])
@pytest.mark.parametrize("burst", [1, 7, 1_000_000])
def test_every_limit_that_a_project_can_set_is_one_that_redis_can_count(
    rate_per_s: float, burst: int
) -> None:
    limit = bucket_limit(rate_per_s, burst)
    assert 0 < limit.interval_us <= limit.most_us * 1.0001
    assert limit.most_us <= LONGEST_US * 1.0001
    assert level(0, limit).remaining == burst


def test_a_key_names_nobody() -> None:
    key = bucket("p", "address", LIMIT, "198.51.100.7").key
    assert key.startswith("rate:p:address:")
    assert "198" not in key.removeprefix("rate:p:address:")
    assert "198.51.100.7" not in repr(bucket("p", "address", LIMIT, "198.51.100.7"))


def test_one_address_is_another_key_in_another_project() -> None:
    keys = {bucket(each, "address", LIMIT, "198.51.100.7").key[-18:] for each in ("p", "q")}
    assert len(keys) == 2


def test_a_bucket_that_many_operations_share_is_told_once() -> None:
    shared, ann = bucket("p", "project", LIMIT), bucket("p", "visitor", LIMIT, "ann")
    trip = TripBuckets()
    assert [trip.places([shared, ann]), trip.places([shared]), trip.places([])] == [
        [1, 2, 0],
        [1, 0, 0],
        [0, 0, 0],
    ]
    assert trip.arguments() == [1e5, 2e6, 1e5, 2e6, 0, 0, 2, shared.key, ann.key]


def test_an_allowance_is_told_the_levels_of_its_own_buckets_only() -> None:
    shared, ann = bucket("p", "project", LIMIT), bucket("p", "visitor", LIMIT, "ann")
    bob = bucket("p", "visitor", LIMIT, "bob")
    trip = TripBuckets()
    trip.places([shared, ann])
    trip.places([shared, bob])
    allowance = Allowance([[shared, bob]])
    trip.tell(allowance, [100_000, 200_000, -1])
    assert allowance.levels == (Level(shared, 100_000),)

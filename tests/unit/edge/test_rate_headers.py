"""What an answer says of the token buckets that its operations counted in (contract §4, Load)."""

from ingest_api.rate_limits import rate_headers
from workers.mailbox.buckets import Allowance, Bucket, Level, bucket, bucket_limit

LIMIT = bucket_limit(1, 5)
PROJECT = bucket("p", "project", LIMIT)
ANN = bucket("p", "visitor", LIMIT, "ann")
BOB = bucket("p", "visitor", LIMIT, "bob")


def told(allowance: Allowance, debts_s: dict[Bucket, int]) -> str:
    levels = (Level(each, debt_s * 1_000_000) for each, debt_s in debts_s.items())
    allowance.levels = tuple(levels)
    return dict(rate_headers(allowance))[b"ratelimit"].decode()


def test_each_bucket_of_an_operation_is_told() -> None:
    of_one = Allowance([[PROJECT, ANN]])
    assert told(of_one, {PROJECT: 2, ANN: 1}) == '"project";r=3;t=2, "visitor";r=4;t=1'


def test_of_two_visitors_the_one_with_the_least_left_is_told() -> None:
    batch = Allowance([[PROJECT, ANN], [PROJECT, BOB]])
    assert told(batch, {PROJECT: 2, ANN: 1, BOB: 4}) == '"project";r=3;t=2, "visitor";r=1;t=4'

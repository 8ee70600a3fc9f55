"""Pruning, drains and repeats in any order, held against a plain telling of what is kept."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.aging import RETENTION, Past
from tests.integration.store.projects import PROJECT
from tests.properties import tried
from workers.mailbox.layout import LANES, PRUNED, Lane, stream_key

EXAMPLES = 15
BEGAN_DAYS_AGO = 200
RECEIPT_DAYS, KEY_DAYS = 30, 7


@dataclass
class _Row:
    accepted: int
    key: str | None
    lane: Lane = "live"
    applied: int = 0
    replay_of: str | None = None


@dataclass
class _Kept:
    """What is kept, told in the simplest way: days count up, every rule is one line."""

    waiting: dict[str, _Row] = field(default_factory=dict)
    rows: dict[str, _Row] = field(default_factory=dict)

    def drain(self, day: int) -> None:
        live_first = sorted(self.waiting.items(), key=lambda each: each[1].lane != "live")
        for made, row in live_first:
            row.applied = day
            first = [i for i, r in self.rows.items() if row.key is not None and r.key == row.key]
            if first:
                row.key, row.replay_of = None, first[0]
            self.rows[made] = row
        self.waiting = {}

    def prune(self, day: int) -> None:
        seen_from = min([day, *(row.accepted for row in self.waiting.values())])
        for made, row in list(self.rows.items()):
            if row.applied < seen_from - RECEIPT_DAYS:
                del self.rows[made]
            elif row.applied < seen_from - KEY_DAYS:
                row.key = None


_actions = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.sampled_from(["accept", "accept", "accept", "drain", "prune", "forget"]),
        st.sampled_from([None, "a", "b"]),
        st.sampled_from(LANES),
    ),
    max_size=30,
)


@pytest.fixture
def past(redis_url: str, database_url: str) -> Iterator[Past]:
    past = Past(redis_url, database_url)
    yield past
    past.close()


@tried(EXAMPLES)
@given(actions=_actions)
def test_what_is_kept_is_what_the_plain_telling_keeps(
    past: Past, actions: list[tuple[int, str, str | None, Lane]]
) -> None:
    past.forget_all()
    model = _Kept()
    day = 0
    for later, action, key, lane in actions:
        day = min(day + later, BEGAN_DAYS_AGO)
        ago = BEGAN_DAYS_AGO - day
        match action:
            case "accept":
                model.waiting[past.accept(ago, key, lane=lane)] = _Row(day, key, lane)
            case "drain":
                past.drain(ago)
                model.drain(day)
            case "prune":
                past.prune(RETENTION, days_ago=ago)
                model.prune(day)
            case "forget":
                past.redis.delete(PRUNED)
        assert past.receipts() == {made: row.key for made, row in sorted(model.rows.items())}
    for made, row in model.rows.items():
        assert past.replay_of(made) == row.replay_of
    left = sum(past.redis.xlen(stream_key(PROJECT, lane)) for lane in LANES)
    assert left == len(model.waiting)

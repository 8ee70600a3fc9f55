"""When a worker process has to make room for a new one."""

import os

from workers.child import Child
from workers.recycling import LEAST_LIFE_S, MEMORY_LOOK_S, Recycling
from workers.slate import Slate

CHILD = Child(os.getpid(), Slate(), started_s=100.0)
LATE_S = 100.0 + LEAST_LIFE_S


def test_without_limits_it_stays() -> None:
    assert Recycling().reason(CHILD, 1e9) is None
    assert Recycling().looks([CHILD], 1e9) == []


def test_it_goes_at_its_age_and_not_before() -> None:
    recycling = Recycling(max_age_s=30.0)
    assert recycling.reason(CHILD, 129.9) is None
    assert recycling.reason(CHILD, 130.0) == "it is 30.0 s old"
    assert recycling.looks([CHILD], 110.0) == [130.0]


def test_it_goes_when_it_takes_more_memory_than_it_may() -> None:
    small, large = Recycling(max_memory_bytes=1), Recycling(max_memory_bytes=2**50)
    assert "MiB of memory" in str(small.reason(CHILD, LATE_S))
    assert large.reason(CHILD, LATE_S) is None
    assert small.looks([CHILD], 110.0) == [110.0 + MEMORY_LOOK_S]


def test_a_limit_below_what_every_process_takes_leaves_each_its_time() -> None:
    assert Recycling(max_memory_bytes=1).reason(CHILD, LATE_S - 0.1) is None

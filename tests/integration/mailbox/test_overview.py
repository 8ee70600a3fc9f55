"""How old the oldest of each lane is: a backfill that takes hours delays nobody (contract §10)."""

import pytest

from tests.integration.mailbox.world import TIMEOUT_S, World
from workers.mailbox.connection import connect_async
from workers.mailbox.envelope import ENTRY_FIELD
from workers.mailbox.layout import READY, Lane, stream_key
from workers.mailbox.overview import WaitingMailbox, look

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000


async def overview(redis_url: str) -> dict[str, WaitingMailbox]:
    redis = connect_async(redis_url, TIMEOUT_S)
    try:
        return {mailbox.project_id: mailbox for mailbox in (await look(redis)).mailboxes}
    finally:
        await redis.aclose()


def put(world: World, project_id: str, lane: Lane, hours: int) -> None:
    """An entry that came so many hours ago."""
    seconds, _ = world.redis.time()
    came_ms = seconds * 1000 - hours * HOUR_MS
    world.redis.xadd(stream_key(project_id, lane), {ENTRY_FIELD: b"{}"}, id=f"{came_ms}-0")
    world.redis.zadd(READY, {project_id: came_ms}, lt=True)


async def test_each_lane_has_an_age_of_its_own(redis_url: str, world: World) -> None:
    ages: dict[str, dict[Lane, int]] = {
        "filled": {"live": 0, "bulk": 5},
        "stuck": {"live": 3, "bulk": 1},
        "one": {"live": 2},
        "other": {"bulk": 4},
    }
    for project_id, by_lane in ages.items():
        for lane, hours in by_lane.items():
            put(world, project_id, lane, hours)
    found = await overview(redis_url)
    assert {
        project_id: (int(each.live_age_s) // 3600, int(each.bulk_age_s) // 3600)
        for project_id, each in found.items()
    } == {"filled": (0, 5), "stuck": (3, 1), "one": (2, 0), "other": (0, 4)}
    assert found["filled"].age_s == found["filled"].bulk_age_s

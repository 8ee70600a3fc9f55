"""A worker goes from project to project by itself, and leaves to RQ what is no job of ours."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from redis import Redis

from tests.integration.mailbox.world import NO_LINGER, TIMES, World
from workers.mailbox.drain_job import QUEUE_NAME
from workers.mailbox.wake import Wake
from workers.turns import Turns

QUEUE = f"rq:queue:{QUEUE_NAME}"


def turns(
    world: World, drain: Callable[[str], object], *, max_s: float = 60.0, taken_s: float = 0.0
) -> Turns:
    """Turns of which each drain takes so long, by their clock."""
    now_s = [0.0]

    def timed(project_id: str, others_wait: bool) -> None:
        assert not others_wait
        drain(project_id)
        now_s[0] += taken_s

    return Turns(
        timed,
        lambda projects: projects,
        world.wake,
        world.stop,
        max_s=max_s,
        round_projects=1,
        clock_s=lambda: now_s[0],
    )


def test_what_is_queued_is_drained_within_the_one_job(world: World) -> None:
    for project in ("a", "b", "c"):
        world.put(f"of {project}", project=project)
    for project in ("b", "c"):
        world.wake.enqueue(project)
    turns(world, world.drain().run).run("a")
    assert world.ledger.applied == ["of a", "of b", "of c"]
    assert world.wake.queued_jobs() == []


def test_a_backlog_and_a_neighbour_take_turns(world: World) -> None:
    world.put(*(f"big{n}" for n in range(6)), project="big")
    world.put("small", project="small")
    world.wake.enqueue("small")
    drain = world.drain(replace(NO_LINGER, batch_size=2, slice_s=0.0))
    turns(world, drain.run).run("big")
    assert world.ledger.applied == ["big0", "big1", "small", "big2", "big3", "big4", "big5"]


def test_a_taken_job_leaves_nothing_behind(world: World, redis_url: str) -> None:
    world.wake.enqueue("a")
    assert world.wake.take_jobs(9) == ["a"]
    assert world.wake.take_jobs(9) == []
    with Redis.from_url(redis_url) as redis:
        assert redis.keys("rq:job:*") == []


class _Slow(Redis):
    """Of a worker before which another one, with RQ's loop, takes the job that it has seen."""

    def lrange(self, *asked: Any) -> Any:
        seen = super().lrange(*asked)
        self.lmove(QUEUE, f"{QUEUE}:intermediate")
        return seen


def test_a_job_that_another_worker_was_quicker_to_take_keeps_its_data(
    world: World, redis_url: str
) -> None:
    world.wake.enqueue("a")
    with _Slow.from_url(redis_url) as redis:
        assert Wake(redis, TIMES).take_jobs(9) == []
        assert len(redis.keys("rq:job:*")) == 1


def test_a_job_that_is_none_of_ours_is_left_for_rq_to_refuse(world: World, redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        for forged in (b"forged", b"\xff\xfe", b"p-" + b"0" * 15, b"x" * 99 + b"-" + b"0" * 16):
            redis.delete(QUEUE)
            redis.rpush(QUEUE, forged)
            assert world.wake.take_jobs(9) == []
            assert redis.lrange(QUEUE, 0, -1) == [forged]


def test_a_stop_ends_the_turns(world: World) -> None:
    world.wake.enqueue("b")
    drained: list[str] = []

    def drain(project_id: str) -> None:
        drained.append(project_id)
        world.stop.set()

    turns(world, drain).run("a")
    assert drained == ["a"]
    assert len(world.wake.queued_jobs()) == 1


def test_the_job_ends_after_a_while_so_that_rq_can_look_after_itself(world: World) -> None:
    for _ in range(9):
        world.wake.enqueue("b")
    drained: list[str] = []
    turns(world, drained.append, max_s=10.0, taken_s=4.0).run("a")
    assert drained == ["a", "b", "b"]


def test_two_workers_never_take_the_same_job(world: World) -> None:
    for n in range(40):
        world.wake.enqueue(f"p{n}")
    drained: list[str] = []
    workers = [
        threading.Thread(target=turns(world, drained.append).run, args=(f"own{n}",))
        for n in range(2)
    ]
    for each in workers:
        each.start()
    for each in workers:
        each.join(10)
    left = [job.rpartition("-")[0] for job in world.wake.queued_jobs()]
    assert sorted(drained + left) == sorted([f"p{n}" for n in range(40)] + ["own0", "own1"])

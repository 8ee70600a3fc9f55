"""What waits in all mailboxes, and who is there to apply it, at one moment: for metrics and health.

Read with few round trips; of very many waiting mailboxes only the oldest are looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from redis.asyncio import Redis

from workers.mailbox import layout
from workers.mailbox.connection import translated
from workers.mailbox.drain_job import QUEUE_KEY

LOOKED_AT = 200
"""Mailboxes, oldest first."""
NEARLY_FULL = 0.9
"""Share of Redis' maxmemory beyond which little more can be accepted."""


@dataclass(frozen=True, slots=True)
class WaitingMailbox:
    """One project's mailbox: entries by lane, bytes of both, and the age of each lane's oldest.

    A lane in which none wait has the age 0.
    """

    project_id: str
    live: int
    bulk: int
    size_bytes: int
    live_age_s: float
    bulk_age_s: float

    @property
    def entries(self) -> int:
        return self.live + self.bulk

    @property
    def age_s(self) -> float:
        return max(self.live_age_s, self.bulk_age_s)


@dataclass(frozen=True, slots=True)
class Overview:
    """`mailboxes` are the oldest of the `waiting` ones.

    `workers` and `jobs` are None where the user of Redis may not ask for them. A Redis that
    `only_reads`, a replica, accepts nothing.
    """

    waiting: int
    mailboxes: Sequence[WaitingMailbox]
    workers: int | None
    jobs: int | None
    memory_used_bytes: int
    memory_max_bytes: int
    only_reads: bool = False

    @property
    def memory_share(self) -> float:
        """How much of its maxmemory Redis uses; 0 without one."""
        return self.memory_used_bytes / self.memory_max_bytes if self.memory_max_bytes else 0.0


async def look(redis: Redis) -> Overview:
    """The state of all mailboxes. Raises MailboxUnavailable."""
    with translated():
        async with redis.pipeline(transaction=False) as commands:
            commands.time()
            commands.zcard(layout.READY)
            commands.zrange(layout.READY, 0, LOOKED_AT - 1, withscores=True)
            commands.info("memory")
            commands.info("replication")
            clock, waiting, oldest, memory, replication = await commands.execute()
        now_ms = int(clock[0]) * 1000 + int(clock[1]) // 1000
        mailboxes = await _mailboxes(redis, oldest, now_ms)
        workers, jobs = await _workers(redis)
    return Overview(
        int(waiting),
        mailboxes,
        workers,
        jobs,
        int(memory["used_memory"]),
        int(memory["maxmemory"]),
        only_reads(replication),
    )


def only_reads(replication: Mapping[str, Any]) -> bool:
    """Whether Redis, as its INFO tells, is a replica that takes nothing but what its primary says.

    Each of the servers names replicas in the old way here.
    """
    return replication.get("role") == "slave" and bool(replication.get("slave_read_only", 1))


async def _mailboxes(
    redis: Redis, oldest: Sequence[tuple[bytes, float]], now_ms: int
) -> list[WaitingMailbox]:
    async with redis.pipeline(transaction=False) as commands:
        for project, _ in oldest:
            commands.xlen(layout.mailbox_key(project.decode()))
            commands.xlen(layout.bulk_key(project.decode()))
            commands.get(layout.bytes_key(project.decode()))
        found: list[Any] = await commands.execute()
    mailboxes = [
        _mailbox(project.decode(), found[3 * place : 3 * place + 3], now_ms - since_ms)
        for place, (project, since_ms) in enumerate(oldest)
    ]
    both = [mailbox for mailbox in mailboxes if mailbox.live and mailbox.bulk]
    known = await _with_ages(redis, both, now_ms) if both else {}
    return [known.get(mailbox.project_id, mailbox) for mailbox in mailboxes]


def _mailbox(project_id: str, found: Sequence[Any], age_ms: float) -> WaitingMailbox:
    """Where only one lane waits, its oldest is the mailbox'."""
    live, bulk, size_bytes = (int(each or 0) for each in found)
    age_s = max(0.0, age_ms / 1000)
    return WaitingMailbox(
        project_id, live, bulk, size_bytes, age_s if live else 0.0, age_s if bulk else 0.0
    )


async def _with_ages(
    redis: Redis, mailboxes: Sequence[WaitingMailbox], now_ms: int
) -> dict[str, WaitingMailbox]:
    """Mailboxes in which both lanes wait, with the ages that their heads tell."""
    async with redis.pipeline(transaction=False) as commands:
        for mailbox in mailboxes:
            for lane in layout.LANES:
                commands.xrange(layout.stream_key(mailbox.project_id, lane), count=1)
        ages_s = [_age_s(head, now_ms) for head in await commands.execute()]
    return {
        mailbox.project_id: replace(mailbox, live_age_s=live_age_s, bulk_age_s=bulk_age_s)
        for mailbox, live_age_s, bulk_age_s in zip(
            mailboxes, ages_s[::2], ages_s[1::2], strict=True
        )
    }


def _age_s(head: Sequence[tuple[bytes, Any]], now_ms: int) -> float:
    if not head:
        return 0.0
    return max(0.0, (now_ms - int(head[0][0].partition(b"-")[0])) / 1000)


async def _workers(redis: Redis) -> tuple[int | None, int | None]:
    """Workers that live and jobs that wait; None for what this user may not ask."""
    async with redis.pipeline(transaction=False) as commands:
        commands.smembers(layout.WORKERS)
        commands.llen(QUEUE_KEY)
        announced, jobs = await commands.execute(raise_on_error=False)
    if isinstance(announced, Exception):
        return None, None if isinstance(jobs, Exception) else int(jobs)
    alive = await redis.exists(*announced) if announced else 0
    return int(alive), None if isinstance(jobs, Exception) else int(jobs)

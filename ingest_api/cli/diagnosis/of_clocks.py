"""Clocks: acceptance is told by Redis' clock, expiry of tokens by the edge's (contract §2, §4)."""

import time

from redis import Redis
from sqlalchemy import text

from ingest_api.cli.diagnosis.check import Check, ok, unread_in_database, unread_in_redis
from models.database import Database, Transient
from workers.mailbox.connection import MailboxUnavailable, translated

TOLERATED_S = 1.0
# Half of the leeway that tokens have.
TOO_MUCH_S = 30.0
MEND = "keep the clocks of all machines in step (NTP)"


def check_redis_clock(client: Redis) -> Check:
    """Compare Redis' clock with this machine's."""
    try:
        with translated():
            before_s = time.time()
            seconds, microseconds = client.time()
            after_s = time.time()
    except MailboxUnavailable as error:
        return unread_in_redis("redis_clock", error)
    return compare_clocks("redis_clock", seconds + microseconds / 1e6, before_s, after_s)


def check_database_clock(database: Database) -> Check:
    """Compare PostgreSQL's clock with this machine's; SQLite has none of its own."""
    if not database.is_postgresql:
        return ok("database_clock", "SQLite uses this machine's")
    clock = text("SELECT extract(epoch FROM clock_timestamp())")
    try:
        with database.reading() as connection:
            connection.execute(clock)
            before_s = time.time()
            theirs_s = float(connection.execute(clock).scalar_one())
            after_s = time.time()
    except Transient as error:
        return unread_in_database("database_clock", error)
    return compare_clocks("database_clock", theirs_s, before_s, after_s)


def compare_clocks(name: str, theirs_s: float, before_s: float, after_s: float) -> Check:
    """Judge a clock that was read between two looks at this machine's, all in epoch seconds."""
    ahead_s = max(theirs_s - after_s, 0.0) + min(theirs_s - before_s, 0.0)
    if abs(ahead_s) <= TOLERATED_S:
        return ok(name, "in step with this machine")
    told = f"{abs(ahead_s):.1f} s {'ahead of' if ahead_s > 0 else 'behind'} this machine"
    return Check(name, "fail" if abs(ahead_s) > TOO_MUCH_S else "warn", told, MEND)

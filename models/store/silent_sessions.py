"""Ends PostgreSQL's sessions that hold a mailbox and have fallen silent (operations/failures.md).

The server's own limit for idle transactions does not see a client that froze, or was lost to the
network, in the midst of a pipeline; nor behind one, since psycopg ends it by a Sync and a Flush:
the Flush stops the clock that the Sync has started. The server would wait for as long as it lasts.
"""

from typing import Any

_END_THEM = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE usename = current_user AND state <> 'idle' AND wait_event = 'ClientRead'
    AND state_change < clock_timestamp()
        - current_setting('idle_in_transaction_session_timeout')::interval
    AND pid IN (
        SELECT pid FROM pg_locks
        WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND relation = 'mailboxes'::regclass AND mode = 'RowShareLock' AND granted
    )
"""


def end_silent_sessions(driver: Any) -> None:
    """To be called by who finds a mailbox locked; whoever comes next finds it free.

    A session is silent that waits for its client since as long as a transaction may be idle. Of
    others' sessions only those of the same role can be seen and ended.
    """
    driver.execute(_END_THEM, prepare=True)

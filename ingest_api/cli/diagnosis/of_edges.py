"""Edges: whether anybody takes calls."""

from redis import Redis

from ingest_api.cli.diagnosis.check import Check, ok, unread_in_redis
from workers.mailbox import layout
from workers.mailbox.connection import MailboxUnavailable, database_number, translated

NAME = "edges"
START = "start one: `hal-ingest web`"


def check_edges(client: Redis) -> tuple[Check, int]:
    """Count the edge processes: each listens on a channel of its own.

    Those of other databases of the same Redis are none of ours.
    """
    try:
        with translated():
            any_edge = layout.edge_id(database_number(client), "*")
            running = len(client.pubsub_channels(layout.outcomes_channel(any_edge)))
    except MailboxUnavailable as error:
        return unread_in_redis(NAME, error), 0
    if running:
        return ok(NAME, f"{running} running"), running
    return Check(NAME, "warn", "none: nobody takes calls", START), 0

"""Under which Redis keys the mailboxes are, and what each key holds. Pure.

| key                          | kind    | holds                                               |
|------------------------------|---------|-----------------------------------------------------|
| `mailbox:{project}`          | stream  | live entries; field `e`: the envelope as JSON       |
| `bulk:{project}`             | stream  | the entries of the bulk lane, likewise              |
| `bytes:{project}`            | counter | size of the envelopes of both together              |
| `wake:{project}`             | token   | a drain is queued or running; expires               |
| `key:{project}:{type}:{key}` | string  | `{entry id} {nonce} {fingerprint}`, a hint; expires |
| `rate:{project}:{bucket}`    | string  | when a token bucket is full again; `buckets.py`     |
| `ready`                      | zset    | project -> ms at which its oldest entry came        |
| `bells`                      | stream  | its last entry tells that some wake token was taken |
| `outcomes:{db}-{edge}`       | channel | outcomes for the callers that wait at this edge     |
| `changed_projects`           | channel | projects whose settings or credentials changed      |
| `workers`                    | set     | keys of the worker processes                        |
| `worker:{process}`           | token   | this worker process lives; expires                  |
| `sweep`                      | lock    | somebody swept lately; expires                      |
| `prune`                      | lock    | somebody prunes; expires                            |
| `prune_rest`                 | token   | somebody pruned lately; expires                     |
| `pruned`                     | hash    | project -> operation up to which no old key is left |

An empty stream is kept: its last id keeps the order of acceptance when Redis' clock is set back.
"""

from typing import Literal

READY = "ready"
BELLS = "bells"
CHANGED_PROJECTS = "changed_projects"
WORKERS = "workers"
SWEEP = "sweep"
PRUNE = "prune"
PRUNE_REST = "prune_rest"
PRUNED = "pruned"

Lane = Literal["live", "bulk"]
"""Live operations are somebody's clicks, bulk ones a backfill (contract §10)."""
LANES: tuple[Lane, ...] = ("live", "bulk")
"""Those that go first stand first."""


def mailbox_key(project_id: str) -> str:
    return f"mailbox:{project_id}"


def bulk_key(project_id: str) -> str:
    return f"bulk:{project_id}"


def stream_key(project_id: str, lane: Lane) -> str:
    """The stream in which a lane's entries wait."""
    return mailbox_key(project_id) if lane == "live" else bulk_key(project_id)


def other_lane(lane: Lane) -> Lane:
    return "bulk" if lane == "live" else "live"


def bytes_key(project_id: str) -> str:
    return f"bytes:{project_id}"


QUEUED, RUNNING = "queued", "running"
"""What a wake token says of the drain; another value is that of an older program's."""


def wake_key(project_id: str) -> str:
    return f"wake:{project_id}"


def hint_key(project_id: str, operation_type: str, idempotency_key: str) -> str:
    return f"key:{project_id}:{operation_type}:{idempotency_key}"


def worker_key(process: str) -> str:
    return f"worker:{process}"


def outcomes_channel(edge_id: str) -> str:
    return f"outcomes:{edge_id}"


def edge_id(database_number: int, token: str) -> str:
    """Keys are of one database of the server, channels of all: so an edge's names its database."""
    return f"{database_number}-{token}"

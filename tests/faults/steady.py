"""Nothing is broken, and nobody mends: each operation must find a drain by the protocol alone.

The tokens outlive the test, the sweeper sleeps, and drains leave as soon as nothing is left. Who
is missed once by a leaving drain waits for ever.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event

import httpx2

from models.provisioning.projects import CreatedProject
from tests.faults.site import Site
from tests.faults.violation import Violation
from tests.model.projects import store_project
from tests.model.scenario import Scenario

NOBODY_MENDS: dict[str, object] = {
    "linger_s": 0.0,
    "sweep_interval_s": 3600.0,
    "wake_queued_s": 3600.0,
    "wake_running_s": 3600.0,
    # A busy machine must not look like an outage.
    "redis_timeout_s": 15.0,
    "database_timeout_s": 15.0,
}
"""Settings of a site for `call_steadily`."""
# So few that drains leave all the time, and so quick that somebody often comes just then.
CALLERS = 3
CALLS = 150
LONGEST_PAUSE_S = 0.004
WAITS_S = 20
PATIENCE_S = 20


def call_steadily(running: Site, waits_s: int = WAITS_S) -> list[Violation]:
    """Has callers wait for one operation after the other; what was not applied in time is told."""
    with running.database.transaction() as connection:
        keys = store_project(connection, "steady", Scenario({}, ()))
    with ThreadPoolExecutor(CALLERS) as pool:
        missed = pool.map(lambda number: _call(running, keys, number, waits_s), range(CALLERS))
        return [violation for each in missed for violation in each]


def _call(running: Site, keys: CreatedProject, number: int, waits_s: int) -> Sequence[Violation]:
    chance, pause = Random(number), Event()
    headers = {
        "authorization": f"Bearer {keys.publishable_key}",
        "prefer": f"wait={waits_s}",
    }
    url = running.urls[number % len(running.urls)]
    with httpx2.Client(base_url=url, timeout=waits_s + PATIENCE_S, headers=headers) as client:
        for call in range(CALLS):
            body = {"visitor_id": f"v{number}", "name": "steady", "value": call}
            answer = client.post("/api/widget/track", json=body)
            if answer.status_code != httpx2.codes.OK:
                told = f"answered {answer.status_code}, it was to wait {waits_s} s"
                return [Violation("stranded", f"call {call} of {number}", told)]
            pause.wait(chance.uniform(0.0, LONGEST_PAUSE_S))
    return []

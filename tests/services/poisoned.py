"""A worker that some operations kill, or keep for ever."""

import sys

from tests.services.processes import ServiceProcess, Services

# Limits so short that a test need not wait; what they are about stays the same.
QUICK: dict[str, object] = {"decide_timeout_s": 0.5, "sweep_interval_s": 0.1}


def start_poisoned_worker(services: Services, **settings: object) -> ServiceProcess:
    """Start a worker in which some events kill (tests.integration.poisoned_worker)."""
    command = [sys.executable, "-m", "tests.integration.poisoned_worker"]
    return services.start("worker", command, **{**QUICK, **settings})

"""What a platform does for a worker: starts it again whenever it has ended."""

import sys

from tests.services.processes import ServiceProcess, Services

# Limits so short that a test need not wait; what they are about stays the same.
QUICK: dict[str, object] = {
    "decide_timeout_s": 0.5,
    "sweep_interval_s": 0.1,
    "wake_running_s": 0.6,
}


class Platform:
    """Keeps one worker running: that in which some events kill (tests.integration.poisoned_worker).

    `starts` is how often it was started.
    """

    def __init__(self, services: Services, **settings: object) -> None:
        self._services = services
        self._settings = {**QUICK, **settings}
        self.worker: ServiceProcess | None = None
        self.starts = 0

    def keeps_it(self) -> bool:
        """Start the worker if it does not run; always true."""
        if self.worker is None or not self.worker.is_alive():
            command = [sys.executable, "-m", "tests.integration.poisoned_worker"]
            self.worker = self._services.start("worker", command, **self._settings)
            self.starts += 1
        return True

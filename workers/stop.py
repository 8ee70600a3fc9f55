"""The request to stop, which a signal handler makes while any thread waits for it."""

import threading


class Stop:
    """Like `threading.Event`, but may be set by a signal handler.

    An Event's lock is not re-entrant: a handler that interrupts the same thread within `wait`, or
    a second signal within `set`, would wait for itself for ever.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._is_set = False

    def is_set(self) -> bool:
        """Whether to stop."""
        return self._is_set

    def set(self) -> None:
        """Asks all to stop, for good."""
        self._is_set = True
        with self._changed:
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> bool:
        """Waits until it is set, or for so many seconds; True when it is set.

        A handler in the very thread that begins to wait may come too early to wake it: that one
        waits its time. So the main thread's waits are short.
        """
        with self._changed:
            if not self._is_set:
                self._changed.wait(timeout_s)
            return self._is_set

"""Hears that the process is asked to stop while the server is still waiting for its requests.

uvicorn tells an application of a stop only once every request is answered (lifespan shutdown);
callers that wait for an outcome would hold it up until their budget ends.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from config.supervising.stop_requests import StopRequests

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def on_stop_signal(callback: Callable[[], None]) -> Iterator[None]:
    """Calls `callback` in the running loop at a stop signal, then whoever handled it before.

    Of several at once that one hears the first: at a second SIGINT uvicorn cuts its callers off.
    Signals reach only the main thread: elsewhere this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    requests = StopRequests()
    before = {number: signal.getsignal(number) for number in _STOP_SIGNALS}

    def hear(number: int, frame: FrameType | None) -> None:
        if not requests.note():
            return
        loop.call_soon_threadsafe(callback)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    # Only where a server handles the signal itself: its default is to end the process.
    heard = [number for number in _STOP_SIGNALS if callable(before[number])]
    for number in heard:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])

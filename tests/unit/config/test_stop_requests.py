"""Signals that arrive together ask for one stop; a later one asks again (contract §13)."""

import asyncio
import select
import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from config.supervising.signals import SignalWatch
from config.supervising.stop_requests import SAME_WITHIN_S, StopRequests
from ingest_api.stop_signals import on_stop_signal


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """The SIGINTs that came to whoever handled them before."""
    heard: list[int] = []

    def hear(number: int, _: FrameType | None) -> None:
        heard.append(number)

    former = signal.signal(signal.SIGINT, hear)
    yield heard
    signal.signal(signal.SIGINT, former)


def test_what_comes_in_the_same_moment_is_one_request() -> None:
    requests = StopRequests(clock_s=lambda: 100.0)
    assert [requests.note() for _ in range(3)] == [True, False, False]
    assert requests.count == 1


def test_who_asks_again_is_counted() -> None:
    now_s = [100.0]
    requests = StopRequests(clock_s=lambda: now_s[0])
    requests.note()
    now_s[0] += SAME_WITHIN_S + 0.1
    assert requests.note()
    assert requests.count == 2


def test_a_stop_that_two_signals_tell_is_one() -> None:
    with SignalWatch() as watch:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        assert watch.stop_requests == 1


def test_a_wait_that_a_thawed_machine_broke_off_is_over_and_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken_off(*_: object) -> None:
        raise OSError(514, "Unknown error 514")

    with SignalWatch() as watch:
        monkeypatch.setattr(select, "select", broken_off)
        watch.wait(60.0)
        assert watch.stop_requests == 0


def test_a_server_hears_of_one_stop_once(heard: list[int]) -> None:
    called: list[bool] = []

    async def serve() -> None:
        heard_it = asyncio.Event()

        def stop() -> None:
            called.append(True)
            heard_it.set()

        with on_stop_signal(stop):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            await heard_it.wait()

    asyncio.run(serve())
    assert heard == [signal.SIGINT]
    assert called == [True]

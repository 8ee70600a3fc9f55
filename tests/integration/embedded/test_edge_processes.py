"""The parent of several edges looks after each of them, and waits for none that is gone."""

import os
import select
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from uvicorn import Config
from uvicorn.supervisors.multiprocess import SIGNALS

from ingest_api.edge_processes import EdgeProcesses
from tests.services.waiting import wait_until


@pytest.fixture
def edges() -> Iterator[EdgeProcesses]:
    """One process, of an application that has no routes."""
    config = Config("starlette.applications:Starlette", factory=True, log_config=None)
    config.timeout_worker_healthcheck = 30
    former = {number: signal.getsignal(number) for number in SIGNALS}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        edges = EdgeProcesses(config, [listening])
        edges.init_processes()
        yield edges
        for process in edges.processes:
            process.kill()
            process.join()
    for number, handler in former.items():
        signal.signal(number, handler)


def test_one_that_dies_while_it_is_asked_whether_it_lives_is_replaced_at_once(
    edges: EdgeProcesses,
) -> None:
    (silent,) = edges.processes
    assert silent.pid is not None
    os.kill(silent.pid, signal.SIGSTOP)
    question = os.dup(silent.child_conn.fileno())
    with ThreadPoolExecutor(1) as beside:
        looking = beside.submit(edges.keep_subprocess_alive)
        wait_until(lambda: select.select([question], [], [], 0)[0], what="it was asked")
        os.close(question)
        os.kill(silent.pid, signal.SIGKILL)
        looking.result(15)
    (another,) = edges.processes
    assert another.pid != silent.pid

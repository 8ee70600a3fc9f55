"""Notes when keys are used and secrets verify something, and writes it down now and then (§2).

Best effort and off the request path: an outage loses a note, never a request.
"""

import asyncio
import time
from functools import partial

from ingest_api.database_reads import DatabaseReads
from models.database import Transient
from models.usage_marks import Mark, mark_keys_used, mark_secrets_verified

WRITE_EVERY_S = 30.0


class KeyUsage:
    """The latest use of each key and secret since the last writing."""

    def __init__(self, database: DatabaseReads) -> None:
        self._database = database
        self._keys: dict[Mark, int] = {}
        self._secrets: dict[Mark, int] = {}

    def key_used(self, project_id: str, key_id: str) -> None:
        self._keys[project_id, key_id] = _now_ms()

    def secret_verified(self, project_id: str, secret_id: str) -> None:
        self._secrets[project_id, secret_id] = _now_ms()

    async def write_regularly(self) -> None:
        """Runs until it is cancelled."""
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            await self.write()

    async def write(self) -> None:
        """Writes what was noted; what the database does not take now is kept for next time."""
        keys, secrets = self._keys, self._secrets
        self._keys, self._secrets = {}, {}
        try:
            if keys:
                await self._database.write(partial(mark_keys_used, used_at_ms=keys))
            if secrets:
                await self._database.write(partial(mark_secrets_verified, verified_at_ms=secrets))
        except Transient:
            self._keys = keys | self._keys
            self._secrets = secrets | self._secrets


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

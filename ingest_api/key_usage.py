"""Notes when keys are used and secrets verify something, and writes it down soon (§2).

Best effort and off the request path: an outage loses a note, never a request.
"""

import asyncio
import time
from functools import partial

from ingest_api.database_reads import DatabaseReads
from models.database import Transient
from models.usage_marks import Mark, mark_keys_used, mark_secrets_verified

LOOK_EVERY_S = 1.0
# A first use is seen at the next look; one key in steady use costs one row in this time.
WRITE_AGAIN_AFTER_S = 30.0


class KeyUsage:
    """The latest use of each key and secret since it was last written."""

    def __init__(self, database: DatabaseReads) -> None:
        self._database = database
        self._keys: dict[Mark, int] = {}
        self._secrets: dict[Mark, int] = {}
        self._written_at_s: dict[Mark, float] = {}
        self._writing = asyncio.Lock()

    def key_used(self, project_id: str, key_id: str) -> None:
        self._keys[project_id, key_id] = _now_ms()

    def secret_verified(self, project_id: str, secret_id: str) -> None:
        self._secrets[project_id, secret_id] = _now_ms()

    async def write_regularly(self) -> None:
        """Runs until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self._forget_old_writings()
            await self._write(self._written_at_s)

    async def write(self) -> None:
        """Writes what was noted; what the database does not take now is kept for next time."""
        await self._write({})

    async def _write(self, later: dict[Mark, float]) -> None:
        async with self._writing:
            keys = _taken(self._keys, later)
            secrets = _taken(self._secrets, later)
            try:
                if keys:
                    await self._database.write(partial(mark_keys_used, used_at_ms=keys))
                if secrets:
                    await self._database.write(
                        partial(mark_secrets_verified, verified_at_ms=secrets)
                    )
            except Transient:
                self._keys = keys | self._keys
                self._secrets = secrets | self._secrets
            else:
                self._written_at_s |= dict.fromkeys([*keys, *secrets], time.monotonic())

    def _forget_old_writings(self) -> None:
        old_s = time.monotonic() - WRITE_AGAIN_AFTER_S
        self._written_at_s = {
            mark: at_s for mark, at_s in self._written_at_s.items() if at_s > old_s
        }


def _taken(noted: dict[Mark, int], later: dict[Mark, float]) -> dict[Mark, int]:
    return {mark: noted.pop(mark) for mark in list(noted) if mark not in later}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

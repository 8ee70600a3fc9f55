"""The edge's other half: outcomes on their way back to the callers that wait for them.

Publication is only the quick way. Whenever one may have been missed, the waiter is told so and
asks the ledger, which is the truth.

The same connection tells of changed projects, before the outcomes of what changed them.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as RedisConnectionError

from models import compact_json
from workers.mailbox.connection import MailboxUnavailable, translated
from workers.mailbox.layout import CHANGED_PROJECTS, outcomes_channel
from workers.mailbox.seldom import Seldom

log = logging.getLogger(__name__)

Record = dict[str, Any]
Hear = Callable[[Record | None], None]
"""Is called with a record; None: the publication may have been missed, ask the ledger."""
Forget = Callable[[str | None], None]
"""Is called with a project whose settings or credentials changed; None: any of them may have."""

BEAT_S = 1.0
RECONNECT_PAUSE_S = 0.2


class Arrivals:
    """The outcomes of a caller's operations, kept until somebody listens."""

    def __init__(self) -> None:
        self._kept: list[Record | None] = []
        self.hear: Hear = self._kept.append

    def listen(self, hear: Hear) -> None:
        """Has `hear` called with what arrived already, and with all that will."""
        for record in self._kept:
            hear(record)
        self.hear = hear


class Outcomes:
    """Outcomes published to this edge. `listen` runs as a task for as long as the edge does.

    After `beat_s` of silence it asks whether the connection lives; after two it gives it up.
    """

    def __init__(
        self, redis: Redis, edge_id: str, forget: Forget, *, beat_s: float = BEAT_S
    ) -> None:
        self._redis = redis
        self._forget = forget
        self._beat_s = beat_s
        self._channel = outcomes_channel(edge_id)
        self._hearers: dict[str, list[Hear]] = {}
        self._is_alive = False
        self._warnings = Seldom()

    @property
    def is_alive(self) -> bool:
        """Whether publications reach this edge now."""
        return self._is_alive

    @contextmanager
    def waiting(self, nonces: Iterable[str]) -> Iterator[Arrivals]:
        """The arrivals of operations' outcomes; to be entered before their envelopes are sent.

        What is heard of any of them goes to one place: its ledger record, or None when a
        publication may have been missed (at once while there is no subscription): then only the
        ledger can tell.
        """
        arrivals = Arrivals()

        def hear(record: Record | None) -> None:
            arrivals.hear(record)

        if not self.is_alive:
            hear(None)
        entered = list(nonces)
        for nonce in entered:
            self._enter(nonce, hear)
        try:
            yield arrivals
        finally:
            for nonce in entered:
                self._leave(nonce, hear)

    def _enter(self, nonce: str, hear: Hear) -> None:
        self._hearers.setdefault(nonce, []).append(hear)

    def _leave(self, nonce: str, hear: Hear) -> None:
        hearers = self._hearers[nonce]
        hearers.remove(hear)
        if not hearers:
            del self._hearers[nonce]

    async def listen(self) -> None:
        """Subscribes, again and again, until cancelled."""
        while True:
            try:
                with translated():
                    await self._listen_once()
            except MailboxUnavailable as error:
                self._warn(error)
            finally:
                self._lose()
            await asyncio.sleep(RECONNECT_PAUSE_S)

    def _warn(self, error: MailboxUnavailable) -> None:
        is_due = self._warnings.is_due()
        if self.is_alive:
            log.warning("the subscription to outcomes is lost: %s", error)
        elif is_due:
            log.warning("there is no subscription to outcomes: %s", error)

    async def _listen_once(self) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(CHANGED_PROJECTS, self._channel)
            heard = True
            while True:
                message = await subscription.get_message(timeout=self._beat_s)
                if message is not None:
                    heard = True
                    self._hear(message)
                elif heard:
                    heard = False
                    await _ping(subscription)
                else:
                    raise RedisConnectionError("no answer to a ping")

    def _hear(self, message: dict[str, Any]) -> None:
        match message["type"], message["channel"] == self._channel.encode():
            case "subscribe", True:
                self._is_alive = True
            case "subscribe", False:
                # Nobody told what changed until now.
                self._forget(None)
            case "message", True:
                self._tell(message["data"])
            case "message", False:
                self._forget(message["data"].decode())

    def _tell(self, records: bytes) -> None:
        for nonce, record in compact_json.decode(records).items():
            for hear in self._hearers.get(nonce, ()):
                hear(record)

    def _lose(self) -> None:
        self._is_alive = False
        for hearers in self._hearers.values():
            for hear in hearers:
                hear(None)


async def _ping(subscription: PubSub) -> None:
    # A host that vanished sends no end of the connection: only silence tells.
    await subscription.ping()

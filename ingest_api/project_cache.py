"""Keys and project settings, at most seconds old, so that a request need not read the database.

Entries are read again in the background from half their life on: a project in use never waits.
What several requests want at once is read in one pass. An outage shows as Transient once an entry
is too old, never as an unknown key (contract §4, Outages). A project whose settings or credentials
changed is forgotten: whoever asks from then on gets what was read since.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from models.database import Transient
from models.queries.projects import Credentials, EdgeProject, LiveKey

NEGATIVE_LIFE_S = 1.0
"""How long a key or project that does not exist is remembered: it may be made at any moment."""
REFRESH_AT = 0.5
"""The part of its life after which an entry in use is read again."""
BATCH_LIMIT = 500
RETRY_PAUSE_S = 0.2
"""How long background reads rest after a failure; requests that must wait do not rest."""

_KEY, _PROJECT = "k:", "p:"

Load = Callable[[Collection[str], Collection[str]], Awaitable[Credentials]]
"""Reads keys by digest and projects by id; raises Transient."""


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A live key and the project that it opens."""

    key: LiveKey
    project: EdgeProject


@dataclass(frozen=True, slots=True)
class _Entry:
    value: KeyHolder | EdgeProject | None
    refresh_at_s: float
    ends_at_s: float


class ProjectCache:
    """Bounded; the least recently used entry goes first. Belongs to one event loop."""

    def __init__(
        self,
        load: Load,
        *,
        entries: int,
        life_s: float,
        patience_s: float,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._clock_s = clock_s
        self._limit = entries
        self._life_s = life_s
        self._patience_s = patience_s
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._wanted: dict[str, asyncio.Future[_Entry | Exception]] = {}
        self._loading: dict[str, asyncio.Future[_Entry | Exception]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._forgotten: set[str | None] = set()
        self._rest_until_s = 0.0

    async def by_key(self, digest: str) -> KeyHolder | None:
        """The live key with this digest, None if there is none. Raises Transient."""
        value = await self._look(_KEY + digest)
        return value if isinstance(value, KeyHolder) else None

    async def by_project(self, project_id: str) -> EdgeProject | None:
        """The project, None if there is none. Raises Transient."""
        value = await self._look(_PROJECT + project_id)
        return value if isinstance(value, EdgeProject) else None

    def forget(self, project_id: str | None) -> None:
        """Drops what is known of a project, None for all of them: its settings, and every key that
        may be its own. Of a read under way nothing is kept that may be older than this.
        """
        for name in [n for n, e in self._entries.items() if _concerns(n, e.value, project_id)]:
            del self._entries[name]
        if self._loading:
            self._forgotten.add(project_id)

    async def close(self) -> None:
        """Ends the background read."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def _look(self, name: str) -> KeyHolder | EdgeProject | None:
        entry = self._entries.get(name)
        now_s = self._clock_s()
        if entry is None or now_s >= entry.ends_at_s:
            return (await self._fresh(name)).value
        if now_s >= entry.refresh_at_s and now_s >= self._rest_until_s:
            self._want(name)
        self._entries.move_to_end(name)
        return entry.value

    async def _fresh(self, name: str) -> _Entry:
        try:
            # Shielded: one caller that goes away must not take the read from the others.
            entry = await asyncio.wait_for(asyncio.shield(self._want(name)), self._patience_s)
        except TimeoutError:
            raise Transient("project settings were not read in time") from None
        if isinstance(entry, Exception):
            raise entry.with_traceback(None)
        return entry

    def _want(self, name: str) -> asyncio.Future[_Entry | Exception]:
        # Who asks after something was forgotten waits for a read that began after it, too.
        loading = None if self._forgotten else self._loading.get(name)
        under_way = self._wanted.get(name) or loading
        if under_way is not None:
            return under_way
        wanted = self._wanted[name] = asyncio.get_running_loop().create_future()
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read_wanted())
        return wanted

    async def _read_wanted(self) -> None:
        try:
            while self._wanted:
                names = list(self._wanted)[:BATCH_LIMIT]
                self._forgotten.clear()
                self._loading = {name: self._wanted.pop(name) for name in names}
                await self._read_batch(names)
        finally:
            for future in (*self._loading.values(), *self._wanted.values()):
                future.cancel()
            self._loading, self._wanted = {}, {}

    async def _read_batch(self, names: list[str]) -> None:
        began_s = self._clock_s()
        try:
            found = await self._load(_of_kind(names, _KEY), _of_kind(names, _PROJECT))
        except Exception as error:  # noqa: BLE001 (each request that waits raises it)
            self._rest_until_s = self._clock_s() + RETRY_PAUSE_S
            self._tell(dict.fromkeys(names, error))
            return
        entries = {name: self._entry(_value(found, name), began_s) for name in names}
        for name, entry in entries.items():
            if not any(_concerns(name, entry.value, gone) for gone in self._forgotten):
                self._entries[name] = entry
                self._entries.move_to_end(name)
        while len(self._entries) > self._limit:
            self._entries.popitem(last=False)
        self._tell(entries)

    def _tell(self, entries: dict[str, _Entry] | dict[str, Exception]) -> None:
        for name, future in self._loading.items():
            if not future.done():
                future.set_result(entries[name])
        self._loading = {}

    def _entry(self, value: KeyHolder | EdgeProject | None, began_s: float) -> _Entry:
        """Its life counts from before the read began: what changed since may be missing in it."""
        life_s = self._life_s if value is not None else min(self._life_s, NEGATIVE_LIFE_S)
        return _Entry(value, began_s + life_s * REFRESH_AT, began_s + life_s)


def _concerns(name: str, value: KeyHolder | EdgeProject | None, project_id: str | None) -> bool:
    """Whether an entry may hold something of the project; None stands for every project."""
    if project_id is None or name == _PROJECT + project_id:
        return True
    # A key that nobody knew may be one that the project was given now.
    return name.startswith(_KEY) and (
        not isinstance(value, KeyHolder) or value.project.id == project_id
    )


def _of_kind(names: list[str], kind: str) -> list[str]:
    return [name.removeprefix(kind) for name in names if name.startswith(kind)]


def _value(found: Credentials, name: str) -> KeyHolder | EdgeProject | None:
    wanted = name[len(_KEY) :]
    if name.startswith(_PROJECT):
        return found.projects.get(wanted)
    key = found.keys.get(wanted)
    return KeyHolder(key, found.projects[key.project_id]) if key is not None else None

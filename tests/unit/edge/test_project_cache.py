"""The edge's memory of keys and projects: bounded, seconds old, and honest about outages."""

import asyncio
from collections.abc import Collection
from functools import partial

import pytest

from ingest_api.project_cache import ProjectCache
from models.database import Transient
from models.queries.projects import Credentials, EdgeProject, LiveKey

pytestmark = pytest.mark.anyio

LIFE_S = 60.0


def _project(project_id: str) -> EdgeProject:
    return EdgeProject(project_id, "off", False, True, False, True, ("*",), ())


class Shelf:
    """What a database would hold; counts how it is read."""

    def __init__(self, *project_ids: str) -> None:
        self.project_ids = set(project_ids)
        self.keys: dict[str, str] = {}
        self.reads: list[set[str]] = []
        self.is_away = False
        self.now_s = 0.0
        self.is_read = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def load(self, digests: Collection[str], project_ids: Collection[str]) -> Credentials:
        self.reads.append({*digests, *project_ids})
        self.is_read.set()
        await self.gate.wait()
        if self.is_away:
            raise Transient("away")
        keys = {
            digest: LiveKey("key_1", "secret", self.keys[digest], digest)
            for digest in digests
            if digest in self.keys
        }
        wanted = {*project_ids, *(key.project_id for key in keys.values())} & self.project_ids
        return Credentials(keys, {project_id: _project(project_id) for project_id in wanted})

    def cache(self, entries: int = 100, patience_s: float = 5) -> ProjectCache:
        return ProjectCache(
            self.load,
            entries=entries,
            life_s=LIFE_S,
            patience_s=patience_s,
            clock_s=lambda: self.now_s,
        )


async def test_what_was_read_is_remembered() -> None:
    shelf = Shelf("p1")
    cache = shelf.cache()
    assert await cache.by_project("p1") == _project("p1")
    assert await cache.by_project("p1") == _project("p1")
    assert len(shelf.reads) == 1


async def test_what_does_not_exist_is_remembered_for_a_shorter_time() -> None:
    shelf = Shelf()
    cache = shelf.cache()
    assert await cache.by_project("p1") is None
    assert await cache.by_key("d1") is None
    assert await cache.by_project("p1") is None
    assert len(shelf.reads) == 2


async def test_a_key_brings_its_project() -> None:
    shelf = Shelf("p1")
    shelf.keys["d1"] = "p1"
    holder = await shelf.cache().by_key("d1")
    assert holder is not None
    assert (holder.key.kind, holder.project) == ("secret", _project("p1"))


async def test_requests_that_want_the_same_share_one_read() -> None:
    shelf = Shelf("p1", "p2")
    cache = shelf.cache()
    shelf.gate.clear()
    asked = [asyncio.create_task(cache.by_project(f"p{n % 2 + 1}")) for n in range(20)]
    await shelf.is_read.wait()
    shelf.gate.set()
    assert None not in await asyncio.gather(*asked)
    assert sorted(name for read in shelf.reads for name in read) == ["p1", "p2"]


async def test_one_who_goes_away_takes_the_read_from_nobody() -> None:
    shelf = Shelf("p1")
    cache = shelf.cache()
    shelf.gate.clear()
    gone, staying = (asyncio.create_task(cache.by_project("p1")) for _ in range(2))
    await shelf.is_read.wait()
    gone.cancel()
    await asyncio.wait([gone])
    shelf.gate.set()
    assert await staying == _project("p1")


async def test_the_least_recently_used_entry_goes_first() -> None:
    shelf = Shelf("p1", "p2", "p3")
    cache = shelf.cache(entries=2)
    for project_id in ("p1", "p2", "p1", "p3"):
        await cache.by_project(project_id)
    shelf.reads.clear()
    await cache.by_project("p1")
    assert shelf.reads == []
    await cache.by_project("p2")
    assert shelf.reads == [{"p2"}]


async def test_an_entry_in_use_is_read_again_in_the_background() -> None:
    shelf = Shelf("p1")
    cache = shelf.cache()
    await cache.by_project("p1")
    shelf.is_read.clear()
    shelf.gate.clear()
    shelf.now_s = LIFE_S * 0.6
    # Answered from memory while the read goes on.
    assert await cache.by_project("p1") == _project("p1")
    await shelf.is_read.wait()
    shelf.project_ids.clear()
    shelf.gate.set()
    shelf.now_s = LIFE_S * 1.1
    assert await cache.by_project("p1") is None
    assert len(shelf.reads) == 2


async def test_an_entry_outlives_a_failed_read_to_its_end_and_no_longer() -> None:
    shelf = Shelf("p1")
    cache = shelf.cache()
    await cache.by_project("p1")
    shelf.is_away = True
    for part in (0.6, 0.8, 0.99):
        shelf.now_s = LIFE_S * part
        assert await cache.by_project("p1") == _project("p1")
    shelf.now_s = LIFE_S
    with pytest.raises(Transient):
        await cache.by_project("p1")
    await cache.close()


async def test_an_outage_is_never_an_unknown_key() -> None:
    shelf = Shelf()
    cache = shelf.cache()
    shelf.is_away = True
    for look in (cache.by_key, cache.by_project):
        with pytest.raises(Transient):
            await look("never seen")


async def test_a_change_shows_when_the_entry_ends() -> None:
    shelf = Shelf("p1")
    cache = shelf.cache()
    await cache.by_project("p1")
    shelf.project_ids.clear()
    shelf.now_s = LIFE_S
    assert await cache.by_project("p1") is None


async def test_a_read_that_hangs_is_not_waited_for() -> None:
    shelf = Shelf("p1")
    cache = shelf.cache(patience_s=0.01)
    shelf.gate.clear()
    with pytest.raises(Transient):
        await cache.by_project("p1")
    await cache.close()


async def test_a_forgotten_project_is_read_again_with_its_keys_and_no_other_is() -> None:
    shelf = Shelf("p1", "p2")
    shelf.keys |= {"d1": "p1", "d2": "p2"}
    cache = shelf.cache()
    for digest in ("d1", "d2", "d3"):
        await cache.by_key(digest)
    for project_id in ("p1", "p2"):
        await cache.by_project(project_id)
    shelf.keys |= {"d3": "p1"}
    del shelf.keys["d1"]
    shelf.reads.clear()
    cache.forget("p1")
    assert await cache.by_key("d1") is None
    holder = await cache.by_key("d3")
    assert holder is not None
    await cache.by_project("p1")
    assert shelf.reads == [{"d1"}, {"d3"}, {"p1"}]
    await cache.by_key("d2")
    await cache.by_project("p2")
    assert len(shelf.reads) == 3


async def test_to_forget_everything_is_to_read_everything_again() -> None:
    shelf = Shelf("p1", "p2")
    shelf.keys["d1"] = "p1"
    cache = shelf.cache()
    await cache.by_key("d1")
    await cache.by_project("p2")
    shelf.reads.clear()
    cache.forget(None)
    await cache.by_key("d1")
    await cache.by_project("p2")
    assert shelf.reads == [{"d1"}, {"p2"}]


@pytest.mark.parametrize("forgotten", ["p1", None])
@pytest.mark.parametrize("kind", ["key", "project"])
async def test_a_read_that_began_before_the_forgetting_is_not_kept(
    kind: str, forgotten: str | None
) -> None:
    shelf = Shelf("p1")
    shelf.keys["d1"] = "p1"
    cache = shelf.cache()
    look = partial(cache.by_key, "d1") if kind == "key" else partial(cache.by_project, "p1")
    shelf.gate.clear()
    early = asyncio.create_task(look())
    await shelf.is_read.wait()
    cache.forget(forgotten)
    late = asyncio.create_task(look())
    done, _ = await asyncio.wait([late], timeout=0)
    assert not done
    shelf.gate.set()
    await early
    await late
    assert len(shelf.reads) == 2
    await look()
    assert len(shelf.reads) == 2


async def test_a_read_that_began_before_another_project_was_forgotten_is_kept() -> None:
    shelf = Shelf("p1")
    cache = shelf.cache()
    shelf.gate.clear()
    asked = asyncio.create_task(cache.by_project("p1"))
    await shelf.is_read.wait()
    cache.forget("p2")
    shelf.gate.set()
    await asked
    await cache.by_project("p1")
    assert len(shelf.reads) == 1

"""What begins in which round of an edge's event loop (contract §4, Load; ADR 0021)."""

import asyncio
from functools import partial

import pytest

from ingest_api.fair_turns import ROUND, SHARED_ROUND, FairTurns

pytestmark = pytest.mark.anyio


class Watched:
    """Turns, and who has begun."""

    def __init__(self) -> None:
        self.turns = FairTurns()
        self.begun: list[str] = []

    def come(self, *comers: str, weight: int = 1) -> None:
        """Each with the first letter of its name for its project."""
        for comer in comers:
            self.turns.begin(comer[0], partial(self.begun.append, comer), weight)

    def flood(self, count: int) -> list[str]:
        """So many of project `a` at once; returns their names."""
        comers = [f"a{place}" for place in range(count)]
        self.come(*comers)
        return comers


async def rounds(count: int = 1) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_who_comes_alone_begins_at_once() -> None:
    watched = Watched()
    watched.come("a1")
    assert watched.begun == ["a1"]


async def test_a_round_has_room_for_so_many_and_no_more() -> None:
    watched = Watched()
    comers = watched.flood(3 * ROUND)
    begun = []
    for _ in range(3):
        begun.append([*watched.begun])
        await rounds()
    assert begun == [comers[:ROUND], comers[: 2 * ROUND], comers]


async def test_a_neighbour_begins_in_the_next_round_however_many_stand_there() -> None:
    watched = Watched()
    watched.flood(100 * ROUND)
    watched.come("b1", "c1")
    await rounds()
    assert watched.begun[ROUND:][:3] == [f"a{ROUND}", "b1", "c1"]


async def test_rounds_are_shorter_where_several_projects_come() -> None:
    watched = Watched()
    watched.come("a-first", "b-first")
    watched.flood(2 * ROUND)
    await rounds()
    before = len(watched.begun)
    await rounds()
    assert len(watched.begun) - before == SHARED_ROUND


async def test_who_comes_while_others_stand_in_line_does_not_overtake_its_own() -> None:
    watched = Watched()
    first = watched.flood(2 * ROUND)
    await rounds()
    watched.come("a-late")
    await rounds(2)
    assert watched.begun == [*first, "a-late"]


async def test_what_has_begun_goes_on_before_its_own_project_begins_anything() -> None:
    watched = Watched()
    first = watched.flood(3 * ROUND)
    watched.come("b1")
    watched.turns.go_on("a", partial(watched.begun.append, "a-goes-on"))
    await rounds()
    assert watched.begun[:-1][ROUND:][:3] == ["a-goes-on", "b1", first[ROUND]]


async def test_once_nobody_stands_in_line_one_goes_straight_through_again() -> None:
    watched = Watched()
    watched.flood(ROUND + 1)
    await rounds(2)
    watched.come("a-late")
    assert watched.begun[-1] == "a-late"


async def test_what_costs_more_than_a_round_ends_one() -> None:
    watched = Watched()
    watched.come("a1", "a2", "a3", weight=10 * ROUND)
    begun = []
    for _ in range(3):
        begun.append(len(watched.begun))
        await rounds()
    assert begun == [1, 2, 3]


async def test_who_gives_up_its_place_holds_nobody_up() -> None:
    watched = Watched()
    watched.flood(2 * ROUND)
    gone, staying = (asyncio.create_task(watched.turns.take("b")) for _ in range(2))
    await rounds()
    gone.cancel()
    await asyncio.wait_for(staying, 5)
    assert gone.cancelled()

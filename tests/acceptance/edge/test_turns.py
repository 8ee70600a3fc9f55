"""Projects take turns at an edge: the flood of one holds no other up (contract §4; ADR 0021)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from ingest_api.fair_turns import ROUND
from ingest_api.http_protocol import EdgeProtocol
from tests.acceptance.edge.conftest import StartEdge
from tests.acceptance.edge.running import Project, RunningEdge, eventually, make_project

pytestmark = pytest.mark.anyio

FLOOD = 10 * ROUND


@dataclass
class Client(asyncio.Protocol):
    """A connection; `heard` is where all of them note that they were answered."""

    name: str
    heard: list[str]
    transport: asyncio.Transport = field(init=False)
    said: bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.said += data
        # One read may bring several answers.
        self.heard += [self.name] * data.count(b"HTTP/1.1 ")


@dataclass
class Crowd:
    """Connects to an edge over HTTP; `heard` says in which order who was answered."""

    port: int
    state: ServerState
    heard: list[str] = field(default_factory=list)

    async def clients(self, name: str, count: int) -> list[Client]:
        loop = asyncio.get_running_loop()
        connecting = (
            loop.create_connection(lambda: Client(name, self.heard), "127.0.0.1", self.port)
            for _ in range(count)
        )
        there_will_be = len(self.state.connections) + count
        connected = [client for _, client in await asyncio.gather(*connecting)]

        async def they_are_let_in() -> bool:
            return len(self.state.connections) >= there_will_be

        await eventually(they_are_let_in, "the edge has all connections")
        return connected

    async def beside_a_flood(self, name: str) -> Client:
        """A connection for what comes at the same moment as a flood, if it is written at once."""
        flood = await self.clients("flood", FLOOD)
        (client,) = await self.clients(name, 1)
        for place, each in enumerate(flood):
            each.transport.write(track("flooding", f"f{place}"))
        return client

    async def until_answered(self, count: int) -> None:
        async def they_are() -> bool:
            return len(self.heard) >= count

        await eventually(they_are, f"{count} are answered, {len(self.heard)} were")


@asynccontextmanager
async def over_http(edge: RunningEdge) -> AsyncIterator[Crowd]:
    """The edge behind its own protocol, in this event loop: one look finds all that was sent."""
    config = Config(edge.app, ws="none", log_config=None, access_log=False, proxy_headers=False)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: EdgeProtocol(config, state, {}), "127.0.0.1", 0)
    async with server:
        yield Crowd(server.sockets[0].getsockname()[1], state)
        for connection in [*state.connections]:
            connection.transport.close()


def track(project_id: str, visitor_id: str) -> bytes:
    body = json.dumps({"app_id": project_id, "visitor_id": visitor_id, "name": "x"}).encode()
    head = (
        "POST /api/widget/track HTTP/1.1\r\nHost: edge\r\nContent-Type: application/json\r\n"
        f"Prefer: respond-async\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@pytest.fixture
async def edge(start_edge: StartEdge, sqlite_project: Project) -> AsyncIterator[RunningEdge]:
    with make_project(sqlite_project.database_url, "flooding"):
        yield await edge_that_knows_both(start_edge, sqlite_project)


async def edge_that_knows_both(
    start_edge: StartEdge, project: Project, **settings: float
) -> RunningEdge:
    known = {"database_url": project.database_url, "project_cache_ttl_s": 600}
    edge = await start_edge(**known, **settings)
    await edge.hears()
    # Who is not known yet waits for the database.
    for project_id in ("proj_1", "flooding"):
        body = {"app_id": project_id, "visitor_id": "first", "name": "x"}
        assert (await edge.post("track", body)).status_code == 202
    return edge


def visitors(edge: RunningEdge, project_id: str) -> list[str]:
    """Who came into the mailbox behind the first one, in order."""
    return [str(each.envelope.payload["visitor_id"]) for each in edge.mailbox(project_id)][1:]


async def test_one_request_overtakes_a_flood_that_was_there_before(edge: RunningEdge) -> None:
    async with over_http(edge) as crowd:
        neighbour = await crowd.beside_a_flood("neighbour")
        neighbour.transport.write(track("proj_1", "v1"))
        await crowd.until_answered(FLOOD + 1)
    assert crowd.heard.index("neighbour") < FLOOD // 2


async def test_requests_of_one_connection_keep_their_order_beside_a_flood(
    edge: RunningEdge,
) -> None:
    async with over_http(edge) as crowd:
        neighbour = await crowd.beside_a_flood("neighbour")
        sent = [f"v{place}" for place in range(20)]
        neighbour.transport.write(b"".join(track("proj_1", each) for each in sent))
        await crowd.until_answered(FLOOD + len(sent))
    assert visitors(edge, "proj_1") == sent
    assert len(visitors(edge, "flooding")) == FLOOD


async def test_what_is_asked_as_an_edge_stops_is_answered_and_the_connection_ends(
    edge: RunningEdge,
) -> None:
    async with over_http(edge) as crowd:
        first, second = await crowd.clients("kept", 2)
        first.transport.write(track("proj_1", "v1"))
        await crowd.until_answered(1)
        for connection in [*crowd.state.connections]:
            connection.shutdown()
        for place, each in enumerate((first, second), start=2):
            each.transport.write(track("proj_1", f"v{place}"))
        await crowd.until_answered(3)

        async def all_have_ended() -> bool:
            return not crowd.state.connections

        await eventually(all_have_ended, "the edge has ended its connections")
    assert visitors(edge, "proj_1") == ["v1", "v2", "v3"]
    assert [each.said.count(b"connection: close\r\n") for each in (first, second)] == [1, 1]


async def test_who_hangs_up_in_line_is_not_accepted(edge: RunningEdge) -> None:
    async with over_http(edge) as crowd:
        gone = await crowd.beside_a_flood("gone")
        gone.transport.write(track("flooding", "gone"))
        gone.transport.close()
        await crowd.until_answered(FLOOD)
    assert sorted(visitors(edge, "flooding")) == sorted(f"f{place}" for place in range(FLOOD))


async def test_who_stood_in_line_for_too_long_is_refused_unread(
    start_edge: StartEdge, sqlite_project: Project
) -> None:
    with make_project(sqlite_project.database_url, "flooding"):
        edge = await edge_that_knows_both(start_edge, sqlite_project, accept_wait_s=0.005)
        async with over_http(edge) as crowd:
            flood = await crowd.clients("flood", FLOOD)
            for place, each in enumerate(flood):
                each.transport.write(track("flooding", f"f{place}"))
            await crowd.until_answered(FLOOD)
        metrics = (await edge.client.get("/metrics")).text
    refused = [each.said for each in flood if each.said.startswith(b"HTTP/1.1 503 ")]
    assert 0 < len(refused) < FLOOD
    assert len(visitors(edge, "flooding")) == FLOOD - len(refused)
    assert f'hal_requests_refused_total{{code="unavailable"}} {len(refused)}.0' in metrics
    assert all(b"retry-after: 1\r\n" in each and b"x-request-id: " in each for each in refused)


async def test_a_request_whose_body_comes_late_begins_without_it(edge: RunningEdge) -> None:
    request = track("proj_1", "v1")
    async with over_http(edge) as crowd:
        (client,) = await crowd.clients("slow", 1)
        client.transport.write(request[:-5])

        async def it_begins() -> bool:
            return len(crowd.state.tasks) == 1

        await eventually(it_begins, "the request begins")
        client.transport.write(request[-5:])
        await crowd.until_answered(1)
    assert visitors(edge, "proj_1") == ["v1"]

"""Fixtures of the mailbox's tests."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from tests.integration.mailbox.world import LIMITS, TIMEOUT_S, World
from tests.integration.unmetered import uncounted
from workers.mailbox.connection import connect_async
from workers.mailbox.post import Post, PostLimits

OpenPost = Callable[[PostLimits], Post]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def world(redis_url: str) -> Iterator[World]:
    """The worker's half of the mailbox."""
    world = World(redis_url)
    yield world
    world.close()


@pytest.fixture
async def open_post(redis_url: str, world: World) -> AsyncIterator[OpenPost]:
    """Opens an edge's half with limits of the test's choice."""
    async with AsyncExitStack() as stack:

        def opened(limits: PostLimits) -> Post:
            redis = connect_async(redis_url, TIMEOUT_S)
            stack.push_async_callback(redis.aclose)
            post = Post(redis, limits, uncounted())
            stack.push_async_callback(post.aclose)
            return post

        yield opened


@pytest.fixture
def post(open_post: OpenPost) -> Post:
    """The edge's half of the mailbox, with caps that no test meets by chance."""
    return open_post(LIMITS)

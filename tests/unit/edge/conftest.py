"""Coroutine tests run on asyncio, as the edge does."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"

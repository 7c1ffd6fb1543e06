"""A runtime without connections, for tests of calls."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from syncgql.runtime.runtime import Runtime, Runtimes


class Resources:
    """Resources that only record their end; ``hold`` makes closing wait."""

    def __init__(self) -> None:
        self.closed = False
        self.hold: asyncio.Event | None = None

    async def close(self) -> None:
        if self.hold is not None:
            await self.hold.wait()
        self.closed = True


@pytest.fixture
def runtime() -> Iterator[Runtime[Resources]]:
    runtime = Runtime(Resources())
    yield runtime
    runtime.request_stop()
    runtime.join()


@pytest.fixture
def runtimes() -> Iterator[Runtimes[Resources]]:
    runtimes = Runtimes(Resources)
    yield runtimes
    runtimes.close()

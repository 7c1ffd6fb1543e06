"""StreamLiveness: signs of life, and the interval of heartbeats."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from syncgql import TransportConnectionFailed
from syncgql.transport.http_stream.liveness import StreamLiveness
from syncgql.transport.http_stream.options import StreamOptions
from syncgql.transport.recovery.keep_alive import READER_TURNS
from syncgql.transport.recovery.loss import failed

from ..asynchronous import in_loop


class Watched:
    """A stream that is watched by a clock of the test's."""

    def __init__(self, *, has_heartbeats: bool, **options: Any) -> None:
        self.loop = asyncio.get_running_loop()
        self.now = -1e6  # before the limit of the whole test
        self.loop.time = lambda: self.now  # type: ignore[method-assign]
        self.silences: list[float] = []
        self.liveness = StreamLiveness(StreamOptions(**options), self.give_up, has_heartbeats=has_heartbeats)

    def give_up(self, seconds: float, silent_for: float) -> None:
        assert silent_for >= seconds
        self.silences.append(seconds)

    async def after(self, seconds: float, *, heartbeat: bool = False) -> list[float]:
        """Let time pass, and bytes arrive then; return the limits that ran out."""
        await self.idle(seconds)
        self.liveness.received()
        if heartbeat:
            self.liveness.heartbeat()
        return self.silences

    async def idle(self, seconds: float) -> list[float]:
        """Let time pass; return the limits that ran out."""
        self.now += seconds
        for _ in range(READER_TURNS + 3):
            await asyncio.sleep(0)
        return self.silences


@in_loop
@pytest.mark.parametrize("has_heartbeats", [True, False])
async def test_a_minute_by_default(has_heartbeats: bool) -> None:
    """A stream may be silent for 60 s, again after each sign of life."""
    watched = Watched(has_heartbeats=has_heartbeats)
    for _ in range(5):
        assert await watched.after(59) == []
    assert await watched.idle(59) == []
    assert await watched.idle(1.1) == [60]
    assert await watched.idle(1000) == [60]


@in_loop
async def test_three_missing_heartbeats() -> None:
    """The interval of regular heartbeats shortens the limit, but not to less than 15 s."""
    watched = Watched(has_heartbeats=True)
    await watched.after(0, heartbeat=True)
    assert await watched.after(59, heartbeat=False) == []
    for _ in range(3):
        await watched.after(8, heartbeat=True)
    # The longest interval was 67 s, because the first two had events between them.
    assert await watched.idle(200) == []
    assert await watched.idle(2) == [3 * 67]


@in_loop
@pytest.mark.parametrize(("interval", "limit"), [(0.1, 15), (4, 15), (8, 24), (30, 90)])
async def test_the_interval(interval: float, limit: float) -> None:
    """The limit is three intervals, or 15 s."""
    watched = Watched(has_heartbeats=True)
    await watched.after(0.5, heartbeat=True)
    assert await watched.after(interval, heartbeat=True) == []
    assert await watched.idle(limit - 0.1) == []
    assert await watched.idle(0.2) == [limit]


@in_loop
@pytest.mark.parametrize("timeout", [5, None])
async def test_a_limit_that_was_given(timeout: float | None) -> None:
    """The option applies whatever the heartbeats are; None means no limit."""
    watched = Watched(has_heartbeats=True, keep_alive_timeout=timeout)
    for _ in range(3):
        await watched.after(1, heartbeat=True)
    assert await watched.idle(4.9) == []
    assert await watched.idle(1000) == ([5] if timeout else [])


@in_loop
async def test_irregular_comments() -> None:
    """If heartbeats need not be regular, they do not shorten the limit."""
    watched = Watched(has_heartbeats=False)
    for _ in range(3):
        await watched.after(1, heartbeat=True)
    assert await watched.idle(59) == []


@in_loop
async def test_a_pause() -> None:
    """Time in which the stream is not read neither counts as silence nor as an interval."""
    watched = Watched(has_heartbeats=True)
    await watched.after(5, heartbeat=True)
    watched.liveness.pause()
    assert await watched.idle(1000) == []
    watched.liveness.resume()
    await watched.after(5, heartbeat=True)
    await watched.after(5, heartbeat=True)
    assert await watched.idle(14) == []
    assert await watched.idle(2) == [15]


@in_loop
async def test_stop() -> None:
    """No timer runs after it."""
    watched = Watched(has_heartbeats=False)
    watched.liveness.stop()
    assert await watched.idle(1000) == []


@in_loop
async def test_a_loss_after_a_long_pause() -> None:
    """Events since the first long pause may be lost, until bytes arrive that were not waiting to be read."""
    loss = failed(TransportConnectionFailed("It broke."))
    watched = Watched(has_heartbeats=False)
    assert watched.liveness.dated(loss) is loss
    for seconds in (5, 2):
        watched.liveness.pause()
        watched.now += seconds
        watched.liveness.resume()
        await watched.after(0.5)
    assert watched.liveness.dated(loss).silent_for == 8
    await watched.after(1.5)
    assert watched.liveness.dated(loss) is loss


@in_loop
async def test_a_loss_after_a_short_pause() -> None:
    """A pause of less than a second does not count."""
    loss = failed(TransportConnectionFailed("It broke."))
    watched = Watched(has_heartbeats=False)
    watched.liveness.pause()
    watched.now += 0.5
    watched.liveness.resume()
    assert watched.liveness.dated(loss) is loss


@in_loop
async def test_a_backlog_is_read_within_a_minute() -> None:
    """A stream of frequent events is no longer behind a minute after the last pause."""
    loss = failed(TransportConnectionFailed("It broke."))
    watched = Watched(has_heartbeats=False)
    watched.liveness.pause()
    watched.now += 5
    watched.liveness.resume()
    for _ in range(122):
        await watched.after(0.5)
    assert watched.liveness.dated(loss) is loss

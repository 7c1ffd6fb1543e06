"""KeepAlive: limits and probes, without a peer."""

from __future__ import annotations

import asyncio

from syncgql.transport.recovery.keep_alive import KeepAlive, Probe

from ..asynchronous import in_loop


@in_loop
async def test_limits_do_not_run_while_paused() -> None:
    """While reading is paused no limit runs; afterwards the limits start again."""
    ends: list[str] = []
    ended = asyncio.Event()

    def give_up(limit: str, seconds: float, silent_for: float) -> None:
        ends.append(limit)
        ended.set()

    keep_alive = KeepAlive(give_up)

    async def ping() -> None:
        pings.append(keep_alive.time())

    pings: list[float] = []
    keep_alive.watch("silence", 0.1)
    keep_alive.probe(Probe("answer", 0.05, 0.05, ping, always=True))
    keep_alive.pause()
    await asyncio.sleep(0.5)
    assert ends == []
    assert pings == []
    keep_alive.resume()
    await ended.wait()
    await asyncio.sleep(0.3)
    assert len(ends) == 1
    keep_alive.stop()


@in_loop
async def test_a_response_at_the_time_of_its_ping() -> None:
    """A response counts although the clock has not moved since the ping; on Windows it moves every 16 ms."""
    ends: list[str] = []
    shown: list[float] = []
    pings = 0
    thrice = asyncio.Event()

    def time() -> float:
        shown.append(asyncio.get_running_loop().time())
        return shown[-1]

    async def ping() -> None:
        nonlocal pings
        pings += 1
        keep_alive.last_received = shown[-1]
        if pings == 3:
            thrice.set()

    def give_up(limit: str, seconds: float, silent_for: float) -> None:
        ends.append(limit)
        thrice.set()

    keep_alive = KeepAlive(give_up)
    keep_alive.time = time
    keep_alive.probe(Probe("answer", 0.05, 0.02, ping, always=True))
    await asyncio.wait_for(thrice.wait(), 30)
    keep_alive.stop()
    assert (ends, pings) == ([], 3)


@in_loop
async def test_another_limit_replaces_the_first() -> None:
    """A limit that is set again ends the wait for the earlier one."""
    ends: list[float] = []
    ended = asyncio.Event()

    def give_up(limit: str, seconds: float, silent_for: float) -> None:
        ends.append(seconds)
        ended.set()

    keep_alive = KeepAlive(give_up)
    keep_alive.watch("silence", 0.02)
    keep_alive.watch("silence", 0.2)
    await asyncio.wait_for(ended.wait(), 30)
    assert ends == [0.2]


@in_loop
async def test_the_silence_before_a_ping_counts() -> None:
    """If there is no response to a ping, the peer has been silent since its last message, not since the ping."""
    given_up: asyncio.Future[tuple[str, float, float]] = asyncio.get_running_loop().create_future()

    async def ping() -> None:
        pass

    keep_alive = KeepAlive(lambda *args: given_up.set_result(args))
    keep_alive.last_received -= 1000
    keep_alive.probe(Probe("heartbeat", 0.02, 0.01, ping, always=False))
    limit, seconds, silent_for = await asyncio.wait_for(given_up, 30)
    assert (limit, seconds) == ("heartbeat", 0.01)
    assert silent_for > 1000

"""Servers that send numbered events and then follow the tests' scripts, one per connection."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from syncgql import ReconnectPolicy

from ..servers.scripted import Peer

TICKS = "subscription { tick }"
QUICK = ReconnectPolicy(attempts=5, base=0.01, cap=0.01)
LONG = ReconnectPolicy(attempts=5, base=600, give_up_after=None)

Script = Callable[[Peer], Awaitable[object]]


def in_turn(*scripts: Script) -> Script:
    """Run a script for each connection, and the last one for all further connections."""

    async def run(peer: Peer) -> None:
        await scripts[min(peer.number, len(scripts)) - 1](peer)

    return run


def tick(number: int) -> dict[str, Any]:
    return {"data": {"tick": number}}


async def one_tick_then(peer: Peer, number: int = 1) -> None:
    """Acknowledge, accept one subscription and send one event."""
    await peer.acknowledge()
    subscribe = await peer.expect("subscribe")
    await peer.send("next", id=subscribe["id"], payload=tick(number))


def ticks_and_close(code: int | None, reason: str = "") -> Script:
    async def script(peer: Peer) -> None:
        await one_tick_then(peer, peer.number)
        await peer.close(code, reason)

    return script


async def ticks_and_goes_on(peer: Peer) -> None:
    await one_tick_then(peer, peer.number)
    await peer.drain()


async def ticks_and_breaks(peer: Peer) -> None:
    await one_tick_then(peer, peer.number)
    await peer.reset()


async def serves(peer: Peer) -> None:
    """Acknowledge and respond: an event to every subscription, a result and the end to everything else."""
    await peer.acknowledge()
    while True:
        message = await peer.receive()
        if message["type"] == "subscribe":
            await peer.send("next", id=message["id"], payload=tick(peer.number))
            if not message["payload"]["query"].startswith("subscription"):
                await peer.send("complete", id=message["id"])


def closes_at_once(code: int, reason: str = "") -> Script:
    """Acknowledge, accept a subscription, and close."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        await peer.expect("subscribe")
        await peer.close(code, reason)

    return script

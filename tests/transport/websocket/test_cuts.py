"""A connection that fails at any byte: there is always a result or a specific error, in time."""

from __future__ import annotations

import asyncio

import pytest

from syncgql import TransportError

from ...fix_servers import Server
from ...servers.scripted import LEGACY, MODERN
from ...servers.tcp_proxy import Fault, TCPProxy
from ..asynchronous import websockets

AT_ONCE = 100  # conversations
LIMIT = 1.0  # seconds for each step that stalls
PATIENCE = 60.0  # seconds for a whole conversation on a busy machine

Outcome = tuple[list[int], TransportError | None]


async def converse(url: str, name: str, limit: float) -> Outcome:
    """Return the events of a short subscription, and the error that it ended with.

    Args:
        url: the URL of the server.
        name: the subprotocol.
        limit: seconds for each step.
    """
    events: list[int] = []
    async with websockets(
        url,
        subprotocols=[name],
        connect_timeout=limit,
        ack_timeout=limit,
        keep_alive_timeout=limit,
        close_timeout=limit,
    ) as transport:
        try:
            async for event in transport.subscribe("subscription { count(to: 2) }"):
                events.append(event.data["count"])
        except TransportError as error:
            return events, error
    return events, None


async def converse_under(server: Server, name: str, faults: list[tuple[Fault, int]]) -> tuple[list[Outcome], TCPProxy]:
    """Return the outcome of a conversation under each fault."""
    gate = asyncio.Semaphore(AT_ONCE)
    limit = LIMIT if faults[0][0] == "stall" else PATIENCE / 2

    async def one(url: str) -> Outcome:
        async with gate:
            return await asyncio.wait_for(converse(url, name, limit), PATIENCE)

    with TCPProxy(server.url, faults) as proxy:
        return await asyncio.gather(*map(one, proxy.ws_urls)), proxy


@pytest.mark.parametrize("fault", ["reset", "end", "half_close", "stall", "delay"])
@pytest.mark.parametrize("name", [MODERN, LEGACY])
def test_a_fault_at_every_byte(fault: Fault, name: str, strawberry_server: Server) -> None:
    """For any fault at any byte from the server, events are a beginning of all events, and the error is specific."""
    # Without asyncio's debug mode, which takes most of the time of these many short tasks.
    ((expected, error),), unharmed = asyncio.run(converse_under(strawberry_server, name, [("none", 0)]), debug=False)
    assert (expected, error) == ([1, 2], None)
    faults = [(fault, after) for after in range(unharmed.passed)]
    outcomes, _ = asyncio.run(converse_under(strawberry_server, name, faults), debug=False)
    assert len(outcomes) == len(faults) > 300
    for events, error in outcomes:
        assert events == expected[: len(events)]
        assert error is not None or events == expected
        assert error is None or "ws://127.0.0.1" in str(error)
    failed = [error for _, error in outcomes if error is not None]
    # Bytes after the last complete do not matter; but on a busy machine any conversation may exceed LIMIT.
    most = len(faults) if fault == "stall" else len(faults) - 1
    assert len(failed) == 0 if fault == "delay" else 200 < len(failed) <= most

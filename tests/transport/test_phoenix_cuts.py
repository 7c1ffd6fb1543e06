"""A connection to Phoenix that fails at any byte: there is always a result or a named error, in time."""

from __future__ import annotations

import asyncio

import pytest

from syncgql import PhoenixChannelWebsocketsTransport, TransportError

from ..fix_phoenix import PhoenixServer
from ..fix_servers import PATIENCE
from ..servers.tcp_proxy import Fault, TCPProxy
from .phoenix import SUBSCRIPTION

AT_ONCE = 100  # conversations
LIMIT = 1.0  # seconds for each step that is going to stall
TEXTS = ["one", "two"]

Outcome = tuple[list[str], TransportError | None]


async def converse(url: str, limit: float) -> Outcome:
    """Return the events of a short subscription, and the error that it ended with."""
    texts: list[str] = []
    transport = PhoenixChannelWebsocketsTransport(
        url, connect_timeout=limit, ack_timeout=limit, keep_alive_timeout=limit, close_timeout=limit
    )
    try:
        events = transport.subscribe(SUBSCRIPTION)
        async for event in events:
            texts.append(event.data["onMessage"]["text"])
            if len(texts) == len(TEXTS):
                break
        await events.aclose()
        return texts, None
    except TransportError as error:
        return texts, error
    finally:
        await transport.close()


async def converse_under(server: PhoenixServer, faults: list[tuple[Fault, int]]) -> tuple[list[Outcome], TCPProxy]:
    """Return the outcome of a conversation under each fault."""
    gate = asyncio.Semaphore(AT_ONCE)
    limit = LIMIT if faults[0][0] == "stall" else PATIENCE

    async def one(url: str) -> Outcome:
        async with gate:
            return await asyncio.wait_for(converse(f"{url}/{server.name}/socket", limit), 2 * PATIENCE)

    with TCPProxy(server.url, faults) as proxy:
        return await asyncio.gather(*map(one, proxy.ws_urls)), proxy


@pytest.mark.parametrize("fault", ["reset", "end", "half_close", "stall", "delay"])
def test_x13_a_fault_at_every_byte(fault: Fault, phoenix_server: PhoenixServer) -> None:
    """After a fault at any byte, the delivered events are a prefix of all, and the error is named."""
    phoenix_server.behave(early=TEXTS)
    # Without asyncio's debug mode, which takes most of the time of so many short tasks.
    ((expected, error),), unharmed = asyncio.run(converse_under(phoenix_server, [("none", 0)]), debug=False)
    assert (expected, error) == (TEXTS, None)
    faults = [(fault, after) for after in range(0, unharmed.passed, 2)]
    outcomes, _ = asyncio.run(converse_under(phoenix_server, faults), debug=False)
    assert len(outcomes) == len(faults) > 300
    for events, error in outcomes:
        assert events == expected[: len(events)]
        assert error is not None or events == expected
        assert error is None or "ws://127.0.0.1" in str(error)
    assert (fault == "delay") == all(error is None for _, error in outcomes)

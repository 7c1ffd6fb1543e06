"""Conversations with a scripted server that begin in the same way: one operation is started."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from syncgql import (
    AIOHTTPWebsocketsTransport,
    ExecutionResult,
)

from ..servers.scripted import MODERN, Peer, ScriptedServer
from .asynchronous import websockets

SUBSCRIPTION = "subscription { n }"

Act = Callable[[Peer, str], Coroutine[Any, Any, None]]


def after_start(act: Act, subprotocol: str = MODERN) -> Callable[[Peer], Coroutine[Any, Any, None]]:
    """A script that acts after an operation was started, and then reads until the client leaves."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge(subprotocol)
        message = await peer.receive()
        await act(peer, message["id"])
        await peer.drain()

    return script


async def first_end(transport: AIOHTTPWebsocketsTransport) -> list[ExecutionResult]:
    """Return all events of a subscription, or raise the error that ends it."""
    return [event async for event in transport.subscribe(SUBSCRIPTION)]


async def ended_by(act: Act, subprotocol: str = MODERN, **options: Any) -> tuple[list[ExecutionResult], Peer]:
    """Return the events of a subscription whose server runs *act*, and the server's side of its socket."""
    with ScriptedServer(after_start(act, subprotocol)) as server:
        async with websockets(server.ws_url, **options) as transport:
            events = await first_end(transport)
    return events, server.peers[-1]


def event(id: str, number: Any, subprotocol: str = MODERN) -> dict[str, Any]:
    return {"type": "next" if subprotocol == MODERN else "data", "id": id, "payload": {"data": {"n": number}}}

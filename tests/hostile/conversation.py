"""A subscription in each of the three dialects, whose server misbehaves while the operation runs."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, NamedTuple

import pytest

from syncgql import (
    AIOHTTPWebsocketsTransport,
    AppSyncApiKeyAuthentication,
    AppSyncWebsocketsTransport,
    ExecutionResult,
)
from syncgql.transport.websocket.transport import WebSocketTransport

from ..servers.scripted import LEGACY, MODERN, TEXT, Peer, ScriptedServer, frame

SUBSCRIPTION = "subscription { n }"

Act = Callable[[Peer, str], Awaitable[object]]


class Dialect(NamedTuple):
    """One of the protocols.

    Attributes:
        name: the name in the ids of tests.
        subprotocol: the subprotocol that the server selects.
        event: the type of a message with a result.
        code: the close code after a message that violates the protocol; None if such messages are ignored.
        transport: creates a transport for a server.
    """

    name: str
    subprotocol: str
    event: str
    code: int | None
    transport: Callable[..., WebSocketTransport]

    def text(self, id: str, payload: str) -> str:
        """Return a message with *payload*, encoded as JSON."""
        return f'{{"type":"{self.event}","id":{json.dumps(id)},"payload":{payload}}}'

    def result(self, id: str, number: int = 1) -> bytes:
        """Return the frame of one event."""
        return frame(TEXT, self.text(id, f'{{"data":{{"n":{number}}}}}').encode())

    async def open(self, peer: Peer, extensions: str | None = None) -> str:
        """Accept a connection and one operation, and return its id."""
        await peer.acknowledge(self.subprotocol, extensions)
        id: str = (await peer.receive())["id"]
        if self is APPSYNC:
            await peer.send("start_ack", id=id)
        return id


def appsync(server: ScriptedServer, **options: Any) -> WebSocketTransport:
    auth = AppSyncApiKeyAuthentication(f"127.0.0.1:{server.port}", "da2-1")
    return AppSyncWebsocketsTransport(server.url, auth, **options)


def ordinary(server: ScriptedServer, **options: Any) -> WebSocketTransport:
    return AIOHTTPWebsocketsTransport(server.ws_url, **options)


TRANSPORT_WS = Dialect("graphql-transport-ws", MODERN, "next", 4400, ordinary)
GRAPHQL_WS = Dialect("graphql-ws", LEGACY, "data", 1002, ordinary)
APPSYNC = Dialect("appsync", LEGACY, "data", None, appsync)

DIALECTS = (TRANSPORT_WS, GRAPHQL_WS, APPSYNC)

each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


async def events_of(
    dialect: Dialect, act: Act, *, extensions: str | None = None, **options: Any
) -> list[ExecutionResult]:
    """Return the events of a subscription whose server runs *act*, or raise the exception that ends it.

    When *act* returns, the server completes the operation. It responds to the upgrade with these extensions.
    """

    async def script(peer: Peer) -> None:
        id = await dialect.open(peer, extensions)
        await act(peer, id)
        await peer.send("complete", id=id)
        await peer.drain()

    with ScriptedServer(script) as server:
        transport = dialect.transport(server, **options)
        try:
            events: AsyncGenerator[ExecutionResult, None] = transport.subscribe(SUBSCRIPTION)
            return [event async for event in events]
        finally:
            await transport.close()


def sends(*pieces: bytes) -> Act:
    """Return a script that sends these bytes, whatever the client does in the meantime."""

    async def act(peer: Peer, id: str) -> None:
        await peer.flood(b"".join(pieces))

    return act


def numbers(events: list[ExecutionResult]) -> list[Any]:
    return [event.data["n"] for event in events]

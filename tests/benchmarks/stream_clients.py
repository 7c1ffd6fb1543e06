"""The clients that are compared over WebSocket; each consumes a subscription and returns the number of events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

DOCUMENT = "subscription Events($count: Int!, $kind: String!) { events(count: $count, kind: $kind) { count } }"

Consume = Callable[[str, dict[str, Any]], int]
"""Subscribes at a URL with variables and counts the events."""


def _conversation(variables: dict[str, Any]) -> tuple[str, str]:
    subscribe = {"id": "1", "type": "subscribe", "payload": {"query": DOCUMENT, "variables": variables}}
    return '{"type":"connection_init"}', json.dumps(subscribe)


def _count(messages: Iterator[str | bytes]) -> int:
    count = 0
    for text in messages:
        message = json.loads(text)
        if message["type"] == "complete":
            break
        count += "payload" in message
    return count


def bare_aiohttp(url: str, variables: dict[str, Any]) -> int:
    """The floor: an asyncio program that reads aiohttp's socket and decodes JSON, no GraphQL."""
    import aiohttp

    async def consume() -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(url, protocols=("graphql-transport-ws",), max_msg_size=0) as socket,
        ):
            init, subscribe = _conversation(variables)
            await socket.send_str(init)
            await socket.receive()
            await socket.send_str(subscribe)
            count = 0
            async for frame in socket:
                message = json.loads(frame.data)
                if message["type"] == "complete":
                    break
                count += 1
            return count

    return asyncio.run(consume())


def syncgql(url: str, variables: dict[str, Any]) -> int:
    """This package."""
    from syncgql import Client

    with Client(url) as client:
        return sum(1 for _ in client.subscribe(DOCUMENT, variables))


def gql(url: str, variables: dict[str, Any]) -> int:
    """A synchronous gql client on its aiohttp transport."""
    from gql import Client
    from gql import gql as parse
    from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport

    request = parse(DOCUMENT)
    request.variable_values = variables
    client = Client(transport=AIOHTTPWebsocketsTransport(url=url))
    return sum(1 for _ in client.subscribe(request))


def websockets(url: str, variables: dict[str, Any]) -> int:
    """The blocking API of websockets, no GraphQL."""
    from websockets.sync.client import connect
    from websockets.typing import Subprotocol

    with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")], max_size=None, compression=None) as socket:
        init, subscribe = _conversation(variables)
        socket.send(init)
        socket.recv()
        socket.send(subscribe)
        return _count(iter(socket))


def websocket_client(url: str, variables: dict[str, Any]) -> int:
    """The websocket-client package, no GraphQL."""
    import websocket

    socket = websocket.create_connection(url, subprotocols=["graphql-transport-ws"])
    init, subscribe = _conversation(variables)
    socket.send(init)
    socket.recv()
    socket.send(subscribe)
    count = _count(iter(socket.recv, None))
    socket.close()
    return count


STREAM_CLIENTS: dict[str, Consume] = {
    "aiohttp, bare loop": bare_aiohttp,
    "syncgql": syncgql,
    "gql (aiohttp)": gql,
    "websockets.sync": websockets,
    "websocket-client": websocket_client,
}

"""The clients that are compared over WebSocket; each yields the events of a subscription with decoded JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

DOCUMENT = "subscription Events($count: Int!, $kind: String!) { events(count: $count, kind: $kind) { count } }"

Subscribe = Callable[[str, dict[str, Any]], Iterator[Any]]
"""A function that subscribes at a URL with variables and yields the events."""

Consume = Callable[[str, dict[str, Any]], int]
"""A function that subscribes at a URL with variables and counts the events."""


def _conversation(variables: dict[str, Any]) -> tuple[str, str]:
    subscribe = {"id": "1", "type": "subscribe", "payload": {"query": DOCUMENT, "variables": variables}}
    return '{"type":"connection_init"}', json.dumps(subscribe)


def _data_of(message: dict[str, Any]) -> Any:
    payload = message["payload"]
    if message["type"] != "next" or payload.get("errors"):
        raise RuntimeError(str(message))
    return payload["data"]


def _events(texts: Iterator[str | bytes]) -> Iterator[Any]:
    for text in texts:
        message = json.loads(text)
        if message["type"] == "complete":
            return
        yield _data_of(message)


def bare_aiohttp(url: str, variables: dict[str, Any]) -> int:
    """The lower bound: an asyncio program that reads aiohttp's socket and decodes JSON, without GraphQL."""
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
                _data_of(message)
                count += 1
            return count

    return asyncio.run(consume())


def syncgql(url: str, variables: dict[str, Any]) -> Iterator[Any]:
    """This package."""
    from syncgql import Client

    with Client(url) as client:
        yield from client.subscribe(DOCUMENT, variables)


def gql(url: str, variables: dict[str, Any]) -> Iterator[Any]:
    """A synchronous gql client with its aiohttp transport."""
    from gql import Client
    from gql import gql as parse
    from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport

    request = parse(DOCUMENT)
    request.variable_values = variables
    yield from Client(transport=AIOHTTPWebsocketsTransport(url=url)).subscribe(request)


def gql_websockets(url: str, variables: dict[str, Any]) -> Iterator[Any]:
    """A synchronous gql client with its websockets transport."""
    from gql import Client
    from gql import gql as parse
    from gql.transport.websockets import WebsocketsTransport

    request = parse(DOCUMENT)
    request.variable_values = variables
    yield from Client(transport=WebsocketsTransport(url=url)).subscribe(request)


def qlient(url: str, variables: dict[str, Any]) -> Iterator[Any]:
    """The aiohttp backend of qlient, whose iterator is advanced by each step of the loop."""
    import aiohttp
    from qlient.aiohttp import AIOHTTPBackend, GraphQLSubscriptionRequest

    loop = asyncio.new_event_loop()

    async def open_session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    session = loop.run_until_complete(open_session())
    try:
        request = GraphQLSubscriptionRequest(query=DOCUMENT, variables=variables)
        backend = AIOHTTPBackend(url, session=session)
        response = loop.run_until_complete(backend.execute_subscription(request))
        events = aiter(response)
        while True:
            try:
                event = loop.run_until_complete(anext(events))
            except StopAsyncIteration:
                return
            if event.errors:
                raise RuntimeError(str(event.errors))
            yield event.data
    finally:
        loop.run_until_complete(session.close())
        loop.close()


def websockets(url: str, variables: dict[str, Any]) -> Iterator[Any]:
    """The blocking API of websockets, without GraphQL."""
    from websockets.sync.client import connect
    from websockets.typing import Subprotocol

    with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")], max_size=None, compression=None) as socket:
        init, subscribe = _conversation(variables)
        socket.send(init)
        socket.recv()
        socket.send(subscribe)
        yield from _events(iter(socket))


def websocket_client(url: str, variables: dict[str, Any]) -> Iterator[Any]:
    """The websocket-client package, without GraphQL."""
    import websocket

    socket = websocket.create_connection(url, subprotocols=["graphql-transport-ws"])
    try:
        init, subscribe = _conversation(variables)
        socket.send(init)
        socket.recv()
        socket.send(subscribe)
        yield from _events(iter(socket.recv, None))
    finally:
        socket.close()


def event_stream(url: str, variables: dict[str, Any]) -> Iterator[Any]:
    """This package over Server-Sent Events."""
    from syncgql import Client, EventStreamTransport

    with Client(transport=EventStreamTransport(_http(url) + "sse")) as client:
        yield from client.subscribe(DOCUMENT, variables)


def multipart(url: str, variables: dict[str, Any]) -> Iterator[Any]:
    """This package over multipart."""
    from syncgql import Client, MultipartSubscriptionTransport

    with Client(transport=MultipartSubscriptionTransport(_http(url) + "multipart")) as client:
        yield from client.subscribe(DOCUMENT, variables)


def _http(url: str) -> str:
    return url.replace("ws:", "http:", 1)


SUBSCRIBERS: dict[str, Subscribe] = {
    "syncgql": syncgql,
    "syncgql[speed]": syncgql,
    "gql (aiohttp)": gql,
    "gql (websockets)": gql_websockets,
    "qlient (aiohttp)": qlient,
    "websockets.sync": websockets,
    "websocket-client": websocket_client,
}


def _count(subscribe: Subscribe, url: str, variables: dict[str, Any]) -> int:
    return sum(1 for _ in subscribe(url, variables))


STREAM_CLIENTS: dict[str, Consume] = {
    "aiohttp, bare loop": bare_aiohttp,
    **{name: partial(_count, subscribe) for name, subscribe in SUBSCRIBERS.items()},
}

HTTP_STREAMS: dict[str, Subscribe] = {"stream-sse": event_stream, "stream-multipart": multipart}


def http_stream_clients(name: str) -> dict[str, Consume]:
    """Return what is compared for a stream over HTTP: the same events over WebSocket, and over HTTP."""
    subscribe = partial(_count, HTTP_STREAMS[name])
    return {
        "WebSocket": partial(_count, syncgql),
        "syncgql": subscribe,
        "WebSocket [speed]": partial(_count, syncgql),
        "syncgql[speed]": subscribe,
    }

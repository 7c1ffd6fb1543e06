"""ReconnectingConnection: the order of the marker of a gap and the events after it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from syncgql import (
    AIOHTTPWebsocketsTransport,
    Client,
    ExecutionResult,
    GraphQLRequest,
    ReconnectPolicy,
    TransportConnectionFailed,
)
from syncgql.protocol import json_codec
from syncgql.runtime.event_buffer import EventBuffer
from syncgql.runtime.event_markers import Gap
from syncgql.transport.recovery.loss import failed
from syncgql.transport.websocket.active_operation import ActiveOperation
from syncgql.transport.websocket.handshake import GraphQLDialect
from syncgql.transport.websocket.reconnecting_connection import ReconnectingConnection

from ...servers.scripted import Peer, ScriptedServer
from ..asynchronous import in_loop

LOSS = failed(TransportConnectionFailed("It broke."))


class Socket:
    """A socket whose server answers while the operation is still being sent, or that is lost during that."""

    wire = "graphql-transport-ws"
    confirms = False
    is_interrupted = False
    was_useful = True
    end = SimpleNamespace(loss=None)

    def __init__(self, events: EventBuffer[ExecutionResult], connection: ReconnectingConnection, number: int) -> None:
        self._events = events
        self._connection: Any = connection
        self._number = number
        self.started = asyncio.Event()

    async def start(self, operation: ActiveOperation) -> None:
        if self._number == 2:
            self._connection.lost(self, LOSS, [operation])
            raise TransportConnectionFailed("It broke.")
        self._events.put(ExecutionResult({"n": self._number}))
        await asyncio.sleep(0)
        self.started.set()


@in_loop
async def test_a_gap_precedes_events_that_arrive_while_the_operation_is_sent() -> None:
    """There is one marker for each time that the operation was to be sent again, before the first event of that."""
    events: EventBuffer[ExecutionResult] = EventBuffer(10, "raise", lambda function: None)
    sockets: list[Any] = []
    third = asyncio.Event()

    async def open_socket(*_: object) -> Any:
        sockets.append(Socket(events, connection, len(sockets) + 1))
        if len(sockets) == 3:
            third.set()
        return sockets[-1]

    connection = ReconnectingConnection(
        GraphQLDialect("ws://host", None, None, None, None, json_codec.dumps, json_codec.loads),
        open_socket,
        ReconnectPolicy(base=0, cap=0),
        idle_timeout=None,
        on_rejected=lambda *_: None,
        on_unused=lambda _: None,
    )
    operation = ActiveOperation(GraphQLRequest("subscription { n }"), "{}", "subscription", events)
    await connection.start(operation, lambda _: None, None, None)
    connection.lost(sockets[0], LOSS, [operation])
    await third.wait()
    await sockets[2].started.wait()
    assert [type(events.get(0)) for _ in range(4)] == [ExecutionResult, Gap, Gap, ExecutionResult]
    assert events.stats.reconnects == 2


def test_a_gap_begins_with_the_last_sign_of_life() -> None:
    """A peer that is silent has not sent events since its last message, long before the silence is noticed."""
    gaps: list[float] = []

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        id = (await peer.receive())["id"]
        if peer.number == 1:
            await asyncio.Event().wait()
        await peer.send("next", id=id, payload={"data": {"n": 1}})
        await peer.drain()

    with ScriptedServer(script) as server:
        transport = AIOHTTPWebsocketsTransport(server.ws_url, heartbeat=1, reconnect=ReconnectPolicy(base=0, cap=0))
        with Client(transport=transport) as client:
            assert next(client.subscribe("subscription { n }", on_reconnect=gaps.append)) == {"n": 1}
    assert gaps[0] >= 1.5 - 0.1  # the interval of the heartbeat, and half of it for the response

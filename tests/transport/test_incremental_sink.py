"""Responses in parts over WebSocket, from a server that breaks them; tests/client/test_streams.py has real servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncgql import Client, TransportConnectionFailed, TransportError, TransportProtocolError, TransportQueryError
from syncgql.transport.async_event_sink import AsyncEventSink
from syncgql.transport.incremental_sink import WholeSink

from ..servers.scripted import LEGACY, MODERN, Gone, Peer, ScriptedServer
from .asynchronous import in_loop

DOCUMENT = "{ a ... @defer { b } }"
FIRST = {"data": {"a": 1}, "pending": [{"id": "0", "path": []}], "hasNext": True}
LAST = {"incremental": [{"id": "0", "data": {"b": 2}}], "completed": [{"id": "0"}], "hasNext": False}
WHOLE = {"a": 1, "b": 2}
BREAKS = {"incremental": [{"id": "9", "data": {}}], "hasNext": False}

Execute = Callable[[Client, str], Any]


def last_item(client: Client, document: str) -> Any:
    return list(client.stream(document))[-1]


def whole(client: Client, document: str) -> Any:
    return client.execute(document)


@pytest.fixture(params=["execute", "stream"])
def execute(request: pytest.FixtureRequest) -> Execute:
    """What waits for the end of a response: ``execute``, and an iteration."""
    return whole if request.param == "execute" else last_item


def server_of(*messages: dict[str, Any] | str, subprotocol: str = MODERN) -> ScriptedServer:
    """Return a server that responds to each operation with these messages; the word "end" ends the TCP connection."""
    is_legacy = subprotocol == LEGACY
    start, result = ("start", "data") if is_legacy else ("subscribe", "next")

    async def script(peer: Peer) -> None:
        await peer.acknowledge(subprotocol)
        try:
            while True:
                message = await peer.receive()
                if message["type"] != start:
                    continue
                for each in messages:
                    if each == "end":
                        await peer.end()
                    elif isinstance(each, str):
                        await peer.send(each, id=message["id"])
                    elif "message" in each:
                        await peer.send("error", id=message["id"], payload=each if is_legacy else [each])
                    else:
                        await peer.send(result, id=message["id"], payload=each)
        except Gone:
            return

    return ScriptedServer(script)


@pytest.mark.parametrize("subprotocol", [MODERN, LEGACY])
def test_i20_the_same_payloads_over_websockets(subprotocol: str, execute: Execute) -> None:
    """Both subprotocols carry them; the connection serves further operations."""
    with server_of(FIRST, LAST, "complete", subprotocol=subprotocol) as server, Client(server.ws_url) as client:
        assert execute(client, DOCUMENT) == WHOLE
        assert execute(client, DOCUMENT) == WHOLE


def test_i14_the_last_part_ends_the_operation(execute: Execute) -> None:
    """The server does not complete it."""
    with server_of(FIRST, LAST) as server, Client(server.ws_url) as client:
        assert execute(client, DOCUMENT) == WHOLE


@pytest.mark.parametrize(
    ("messages", "kind"),
    [
        ((FIRST, "complete"), TransportProtocolError),
        ((FIRST, "end"), TransportConnectionFailed),
        ((FIRST, {"message": "broken"}), TransportQueryError),
        ((FIRST, BREAKS), TransportProtocolError),
    ],
)
def test_i15_responses_that_end_early_have_the_data(
    messages: Any, kind: type[TransportError], execute: Execute
) -> None:
    """Completed too early, lost, failed, and parts that do not fit."""
    with server_of(*messages) as server, Client(server.ws_url) as client:
        with pytest.raises(kind) as caught:
            execute(client, DOCUMENT)
        assert getattr(caught.value, "data", None) == {"a": 1}


def test_i09_parts_that_do_not_fit_end_one_operation_only() -> None:
    """The server is asked to stop it, and the connection serves the others."""
    with server_of(FIRST, BREAKS) as server, Client(server.ws_url) as client:
        for _ in range(2):
            with pytest.raises(TransportProtocolError, match="'9'"):
                client.execute(DOCUMENT)
        (peer,) = server.peers
        assert [message["type"] for message in peer.received[1:4]] == ["subscribe", "complete", "subscribe"]


def test_an_ordinary_result_is_one_item(execute: Execute) -> None:
    """A server may ignore the directives."""
    with server_of({"data": WHOLE}, "complete") as server, Client(server.ws_url) as client:
        assert execute(client, DOCUMENT) == WHOLE


def test_an_operation_is_not_sent_again() -> None:
    """A lost connection ends it, although subscriptions would be sent again."""
    with server_of(FIRST, "end") as server, Client(server.ws_url, reconnect=True) as client:
        items = client.stream(DOCUMENT)
        assert next(items) == {"a": 1}
        with pytest.raises(TransportConnectionFailed) as caught:
            next(items)
        assert caught.value.data == {"a": 1}
        assert len(server.peers) == 1


def test_a_response_that_began_is_not_retried() -> None:
    """The caller has its data; a response that is lost before the first part is retried."""
    with server_of(FIRST, "end") as server, Client(server.ws_url, retry=True) as client:
        with pytest.raises(TransportConnectionFailed):
            client.execute(DOCUMENT)
        assert len(server.peers) == 1
    with server_of("end") as server, Client(server.ws_url, retry=True) as client:
        with pytest.raises(TransportConnectionFailed):
            client.execute(DOCUMENT)
        assert len(server.peers) == 3


@in_loop
async def test_whole_sink_without_has_next() -> None:
    """A response is complete if the transport completes it, although no part said that it is the last."""
    results = AsyncEventSink(1)
    sink = WholeSink(results)
    for part in (FIRST, {"incremental": LAST["incremental"], "completed": LAST["completed"]}):
        assert sink.put(sink.read(part))
    sink.finish()
    result = await results.get()
    assert result is not None
    assert result.data == WHOLE
    assert await results.get() is None


@in_loop
async def test_i17_whole_sink_creates_no_snapshots() -> None:
    """A list that arrives item by item is not copied for each of them."""
    sink = WholeSink(AsyncEventSink(1))
    sink.read({"data": {"list": []}, "pending": [{"id": "0", "path": ["list"]}], "hasNext": True})
    lists = set()
    for number in range(100):
        sink.read({"incremental": [{"id": "0", "items": [number]}], "hasNext": True})
        lists.add(id(sink._delivery.data["list"]))
    assert len(lists) == 1

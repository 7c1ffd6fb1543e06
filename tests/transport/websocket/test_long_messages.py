"""LongMessages: long events are decoded by their consumers, and malformed ones end the connection."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from syncgql import Client, TransportProtocolError, TransportQueryError
from syncgql.protocol.encoded_results import LONG_MESSAGE

from ...servers.scripted import TEXT, Peer, ScriptedServer, frame
from ..asynchronous import in_loop
from ..conversations import SUBSCRIPTION, after_start, ended_by

PADDING = "x" * LONG_MESSAGE


def result(id: str, number: int, padding: str = PADDING, **members: Any) -> bytes:
    """The frame of an event."""
    payload = {"data": {"n": number, "padding": padding}, **members}
    return frame(TEXT, json.dumps({"id": id, "type": "next", "payload": payload}).encode())


def ended(id: str) -> bytes:
    return frame(TEXT, json.dumps({"id": id, "type": "complete"}).encode())


def numbers(events: list[Any]) -> list[int]:
    return [event["n"] for event in events]


class Decoder:
    """A decoder that notes the thread of each call that decodes an event, by the event's number."""

    def __init__(self) -> None:
        self.threads: dict[int, threading.Thread] = {}

    def __call__(self, text: str) -> Any:
        message = json.loads(text)
        if message["type"] == "next":
            self.threads[message["payload"]["data"]["n"]] = threading.current_thread()
        return message


def test_consumers_decode_long_events() -> None:
    """While events wait in the buffer, no long one is decoded; the order is kept."""
    decoder = Decoder()

    async def act(peer: Peer, id: str) -> None:
        await peer.write(b"".join(result(id, n, PADDING if n % 2 else "") for n in range(20)))
        await peer.write(ended(id))

    with ScriptedServer(after_start(act)) as server, Client(server.ws_url, json_deserialize=decoder) as client:
        events = client.subscribe(SUBSCRIPTION)
        arrived = threading.Event()
        events.notify(lambda: arrived.set() if events.stats.received == 20 else None)
        assert arrived.wait(60)
        assert sorted(decoder.threads) == list(range(0, 20, 2))
        assert threading.current_thread() not in decoder.threads.values()
        assert numbers(list(events)) == list(range(20))
        assert all(decoder.threads[n] is threading.current_thread() for n in range(1, 20, 2))


def test_w16_a_malformed_event_ends_the_connection() -> None:
    """Events before it are delivered; its own subscription and the others of the socket fail, with the same rule."""
    sent = threading.Event()

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        first, _ = [(await peer.receive())["id"] for _ in range(2)]
        malformed = result(first, 2)[:-1] + b"]"
        await peer.write(result(first, 1) + malformed + result(first, 3))
        sent.set()
        await peer.drain()

    with ScriptedServer(script) as server, Client(server.ws_url) as client:
        # On one socket, because these subscriptions cannot pause reading.
        first, second = [client.subscribe(SUBSCRIPTION, overflow="raise") for _ in range(2)]
        assert sent.wait(60)
        assert next(first)["n"] == 1
        for events in first, second:
            with pytest.raises(TransportProtocolError, match="a message must be JSON") as caught:
                assert numbers(list(events)) == []
            assert events.closed
            assert caught.value.sent is (True if events is first else None)
        assert first.stats.delivered == 1
        assert first.stats.received == first.stats.delivered + first.stats.dropped
    assert server.peers[0].closed_with == (4400, "a message must be JSON")


def test_a_malformed_event_before_the_end() -> None:
    """The consumer gets the error although the server has ended the subscription since."""

    async def act(peer: Peer, id: str) -> None:
        await peer.write(result(id, 1)[:-1] + b"]" + ended(id))

    with ScriptedServer(after_start(act)) as server, Client(server.ws_url) as client:
        events = client.subscribe(SUBSCRIPTION)
        with pytest.raises(TransportProtocolError, match="a message must be JSON"):
            next(events)
        assert list(events) == []


def test_on_end_gets_the_error_of_a_malformed_event() -> None:
    """It is the end of the subscription, like every other error."""
    errors: list[Exception | None] = []

    async def act(peer: Peer, id: str) -> None:
        await peer.write(result(id, 1)[:-1] + b"]")

    with ScriptedServer(after_start(act)) as server, Client(server.ws_url) as client:
        events = client.subscribe(SUBSCRIPTION).map(lambda event: event, on_end=errors.append)
        with pytest.raises(TransportProtocolError) as caught:
            next(events)
        assert errors == [caught.value]


def test_errors_of_long_events_are_masked() -> None:
    """Errors of an event raise in the consumer, without credentials; the subscription continues."""
    token = "correct-horse-battery"

    async def act(peer: Peer, id: str) -> None:
        await peer.write(result(id, 1, errors=[{"message": f"bad token: {token}"}]) + result(id, 2) + ended(id))

    with ScriptedServer(after_start(act)) as server:
        client = Client(server.ws_url, headers={"Authorization": f"Bearer {token}"})
        with client, client.subscribe(SUBSCRIPTION) as events:
            with pytest.raises(TransportQueryError) as caught:
                next(events)
            assert token not in str(caught.value)
            assert numbers(list(events)) == [2]


@in_loop
async def test_a_consumer_on_the_loop_gets_decoded_events() -> None:
    """The asynchronous interface of a transport decodes at once, and raises the same error."""

    async def act(peer: Peer, id: str) -> None:
        await peer.write(result(id, 1) + ended(id))

    events, _ = await ended_by(act)
    assert numbers([event.data for event in events]) == [1]

    async def malformed(peer: Peer, id: str) -> None:
        await peer.write(result(id, 1)[:-1] + b"]")

    with pytest.raises(TransportProtocolError, match="a message must be JSON"):
        await ended_by(malformed)

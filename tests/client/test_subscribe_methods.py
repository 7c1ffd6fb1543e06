"""``subscribe`` and ``subscribe_results`` against real servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from syncgql import (
    Client,
    DocumentError,
    TransportConnectionFailed,
    TransportProtocolError,
    TransportQueryError,
    TypedRequest,
)
from syncgql.cli.demo.server_process import ServerProcess

from ..fix_servers import Server
from ..servers.scripted import Peer, ScriptedServer


@pytest.fixture
def client(any_server: Server) -> Iterator[Client]:
    with Client(any_server.url) as client:
        yield client


def test_subscribe_is_a_plain_loop(client: Client) -> None:
    """Events arrive in order, and the loop ends when the server completes."""
    events = [event["count"] for event in client.subscribe("subscription { count(to: 50) }")]
    assert events == list(range(1, 51))


def test_subscribe_results_carries_errors(strawberry_server: Server) -> None:
    """An event with errors is an ordinary item of subscribe_results and raises from subscribe."""
    document = "subscription { failAfter(count: 1) }"
    with Client(strawberry_server.url) as client:
        first, second = client.subscribe_results(document)
        assert first.data == {"failAfter": 1}
        assert second.errors is not None
        events = client.subscribe(document)
        assert next(events) == {"failAfter": 1}
        with pytest.raises(TransportQueryError, match="It failed after 1"):
            next(events)
        assert list(events) == []


def test_null_data_without_errors_is_not_an_event() -> None:
    """It raises as for a query, also in a typed subscription, and the subscription stays open."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        while True:
            id = (await peer.expect("subscribe"))["id"]
            for payload in ({"data": None}, {}, {"data": {"n": 1}}):
                await peer.send("next", id=id, payload=payload)
            await peer.send("complete", id=id)

    document = "subscription { n }"
    with ScriptedServer(script) as server, Client(server.url) as client:
        requests: list[tuple[Any, object]] = [(document, {"n": 1}), (TypedRequest(document, int), 1)]
        for request, expected in requests:
            events = client.subscribe(request, overflow="raise")
            for _ in range(2):
                with pytest.raises(TransportProtocolError, match=r"sent an event with null data.* stays open"):
                    events.next()
            assert list(events) == [expected]
        results = list(client.subscribe_results(document, overflow="raise"))
    assert [(result.data, result.has_data) for result in results] == [(None, True), (None, False), ({"n": 1}, True)]


def test_a_loop_fed_by_mutations_and_left_with_break(strawberry_server: Server) -> None:
    """The subscription has been sent when subscribe returns, and break ends it on the server."""
    with Client(strawberry_server.url) as client:
        events = client.subscribe("subscription { bookAdded { title } }")
        strawberry_server.wait_for("subscription_started", name="bookAdded")
        titles = []
        for number in range(3):
            client.execute("mutation ($t: String!) { addBook(title: $t) { id } }", {"t": f"Volume {number}"})
        for event in events:
            titles.append(event["bookAdded"]["title"])
            if len(titles) == 3:
                break
        assert titles == ["Volume 0", "Volume 1", "Volume 2"]
        del events
        strawberry_server.wait_for("subscription_ended", name="bookAdded")


def test_a_rejected_subscription_raises_at_the_first_event(client: Client) -> None:
    """The server's errors are raised instead of the first event."""
    events = client.subscribe("subscription { nope }")
    with pytest.raises(TransportQueryError, match="Cannot query field 'nope'"):
        next(events)


def test_a_syntax_error_is_found_before_a_subscription_is_sent(client: Client) -> None:
    """A syntax error is found before sending, because it would close the shared WebSocket."""
    with pytest.raises(DocumentError, match="Expected Name"):
        client.subscribe("subscription {")


def test_a_killed_server_ends_a_subscription_with_a_named_error(disposable_server: ServerProcess) -> None:
    """A socket closed during a subscription is a connection failure, after the events before it."""
    with Client(disposable_server.url, reconnect=False) as client:
        events = client.subscribe("subscription { count(delay: 0.01) }")
        assert next(events) == {"count": 1}
        disposable_server.kill()
        with pytest.raises(TransportConnectionFailed, match="close code 1006") as caught:
            for _ in events:
                pass
        assert caught.value.code == 1006

"""Reconnecting to a real server that is killed and restarted at the same address."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from syncgql import AIOHTTPWebsocketsTransport, Client, ReconnectPolicy

from ...fix_servers import PATIENCE, Server
from ...servers.python import PythonProcess

POLICY = ReconnectPolicy(attempts=200, base=0.1, cap=0.1)
COUNT = "subscription { count(delay: 0.01) }"
BOOKS = "subscription { bookAdded { title } }"

Restart = Callable[[], Server]


@pytest.fixture
def mortal() -> Iterator[tuple[Server, Restart]]:
    """A server, and a function that kills it (SIGKILL) and starts another one at the same address."""
    with pytest.MonkeyPatch.context() as patch, PythonProcess("tests.servers.capped_server") as process:
        patch.setenv("TEST_PORT", str(urlsplit(process.url).port))

        def restart() -> Server:
            process.kill()
            process.stop()
            process.start()
            return Server(process.url, since=0)  # the client may have reconnected before this check

        yield Server(process.url), restart


@pytest.mark.parametrize("subprotocol", ["graphql-transport-ws", "graphql-ws"])
@pytest.mark.parametrize("overflow", ["block", "raise"])
def test_w20_l13_subscription_survives_kill_and_restart(
    mortal: tuple[Server, Restart], subprotocol: str, overflow: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Subscriptions reconnect to a server that is killed during a stream and restarted, and see the gap."""
    server, restart = mortal
    gaps: list[float] = []
    transport = AIOHTTPWebsocketsTransport(server.ws_url, subprotocols=[subprotocol], reconnect=POLICY)
    with Client(transport=transport, on_reconnect=gaps.append) as client:
        events = client.subscribe(COUNT, overflow=overflow)
        assert [next(events)["count"] for _ in range(10)] == list(range(1, 11))
        again = restart()
        last = 10
        while (number := next(events)["count"]) > last:
            assert number == last + 1
            last = number
        assert number == 1
        assert len(gaps) == events.stats.reconnects == 1
        assert again.wait_for("ws_accept")["subprotocol"] == subprotocol
    assert "Reconnected to" in caplog.text


def test_many_subscribers_survive_kill_and_restart(mortal: tuple[Server, Restart]) -> None:
    """A hundred and fifty subscriptions, some with their own sockets, all continue, each once."""
    server, restart = mortal
    with Client(server.url, reconnect=POLICY) as client:
        subscribers = [client.subscribe(BOOKS, overflow="raise") for _ in range(130)]
        subscribers += [client.subscribe(BOOKS) for _ in range(20)]
        again = restart()
        deadline = time.monotonic() + PATIENCE
        while len(again.seen("subscription_started")) < 150 and time.monotonic() < deadline:
            time.sleep(0.1)
        client.execute('mutation { addBook(title: "Dune") { id } }')
        assert [next(events) for events in subscribers] == [{"bookAdded": {"title": "Dune"}}] * 150
        assert [events.stats.reconnects for events in subscribers] == [1] * 150
        assert [events.stats.received for events in subscribers] == [1] * 150


def test_w23_call_in_flight_is_not_repeated(mortal: tuple[Server, Restart]) -> None:
    """A call whose server is killed fails, and the new server never receives it; other subscriptions continue."""
    server, restart = mortal
    errors: list[str] = []
    with Client(server.ws_url, reconnect=POLICY) as client:
        books = client.subscribe(BOOKS, overflow="raise")

        def call() -> None:
            try:
                client.execute("{ sleep(seconds: 600) }", timeout=10 * PATIENCE)
            except Exception as error:
                errors.append(type(error).__name__)

        thread = threading.Thread(target=call)
        thread.start()
        server.wait_for("sleep_started")
        again = restart()
        again.wait_for("subscription_started")
        thread.join(PATIENCE)
        assert errors == ["TransportConnectionFailed"]
        assert again.seen("sleep_started") == []
        client.execute('mutation { addBook(title: "Dune") { id } }')
        assert next(books) == {"bookAdded": {"title": "Dune"}}

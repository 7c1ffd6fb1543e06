"""WebSocketPool: which operations share a socket, and how long sockets stay open. With real servers."""

from __future__ import annotations

import gc
import threading
import time
import tracemalloc
from typing import Any

import pytest

from syncgql import AIOHTTPWebsocketsTransport, Client, TransportQueryError

from ...benchmarks.servers import canned_server
from ...fix_servers import PATIENCE, Server
from ...servers.scripted import Peer, ScriptedServer

BOOKS = "subscription { bookAdded { title } }"
COUNT = "subscription ($delay: Float!) { count(delay: $delay) }"


def sockets_of(server: Server) -> int:
    return len(server.seen("ws_connect"))


def test_block_has_a_socket_of_its_own(strawberry_server: Server) -> None:
    """A subscription that may pause reading has its own socket, which ends with it."""
    with Client(strawberry_server.url) as client:
        for _ in range(3):
            client.subscribe(BOOKS).close()
            connection = strawberry_server.seen("ws_connect")[-1]["connection"]
            strawberry_server.wait_for("ws_close", connection=connection, code=1000)
        assert sockets_of(strawberry_server) == 3


def test_all_others_share_one_socket(strawberry_server: Server) -> None:
    """``raise``, ``drop_oldest`` and queries run over one socket."""
    with Client(strawberry_server.ws_url) as client:
        counts = [client.subscribe(COUNT, {"delay": 0.001}, overflow="drop_oldest", buffer_size=2) for _ in range(3)]
        books = client.subscribe(BOOKS, overflow="raise")
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        client.execute('mutation { addBook(title: "Dune") { id } }')
        assert next(books) == {"bookAdded": {"title": "Dune"}}
        assert all(next(count)["count"] > 0 for count in counts)
        assert sockets_of(strawberry_server) == 1


def test_overflow_does_not_affect_other_subscriptions(strawberry_server: Server) -> None:
    """A shared socket is read whatever its consumers do."""
    with Client(strawberry_server.url) as client:
        stalled = client.subscribe(COUNT, {"delay": 0}, overflow="drop_oldest", buffer_size=1)
        lively = client.subscribe(COUNT, {"delay": 0.001}, overflow="raise")
        assert [next(lively)["count"] for _ in range(50)] == list(range(1, 51))
        assert stalled.stats.dropped > 0
        assert sockets_of(strawberry_server) == 1


def test_w29_idle_socket_is_closed_after_a_while(strawberry_server: Server) -> None:
    """A shared socket without operations is closed with 1000 if none starts within ``idle_timeout``."""
    transport = AIOHTTPWebsocketsTransport(strawberry_server.ws_url, idle_timeout=0.2)
    with Client(transport=transport) as client:
        client.execute("{ hello }")
        strawberry_server.wait_for("ws_close", code=1000, by="client")
        client.execute("{ hello }")
        assert sockets_of(strawberry_server) == 2


def test_w29_a_new_operation_keeps_the_socket(strawberry_server: Server) -> None:
    """An operation within ``idle_timeout`` finds the socket open, and the time restarts after it."""
    transport = AIOHTTPWebsocketsTransport(strawberry_server.ws_url, idle_timeout=60)
    with Client(transport=transport) as client:
        for _ in range(5):
            client.execute("{ hello }")
        with client.subscribe(BOOKS, overflow="raise"):
            pass
        client.execute("{ hello }")
        assert sockets_of(strawberry_server) == 1
        assert strawberry_server.seen("ws_close") == []


def test_w29_running_operations_are_not_idle(strawberry_server: Server) -> None:
    """However long there are no events, a subscription keeps its socket."""
    transport = AIOHTTPWebsocketsTransport(strawberry_server.ws_url, idle_timeout=0.05)
    with Client(transport=transport) as client:
        books = client.subscribe(BOOKS, overflow="raise")
        strawberry_server.wait_for("subscription_started")
        time.sleep(0.3)
        client.execute('mutation { addBook(title: "Dune") { id } }')
        assert next(books) == {"bookAdded": {"title": "Dune"}}
        assert sockets_of(strawberry_server) == 1


@pytest.mark.parametrize("subprotocol", ["graphql-transport-ws", "graphql-ws"])
def test_limit_of_operations_per_connection_opens_another(capped_server: Server, subprotocol: str) -> None:
    """Strawberry accepts 100 operations per connection; those that it refuses move to another socket."""
    transport = AIOHTTPWebsocketsTransport(capped_server.ws_url, subprotocols=[subprotocol])
    with Client(transport=transport) as client:
        streams = [client.subscribe(COUNT, {"delay": 0.05}, overflow="drop_oldest") for _ in range(250)]
        assert all(next(stream)["count"] >= 1 for stream in streams)
        assert sockets_of(capped_server) == 3
        # Ended operations make room.
        for stream in streams[:50]:
            stream.close()
        more = [client.subscribe(COUNT, {"delay": 0.05}, overflow="drop_oldest") for _ in range(20)]
        assert all(next(stream)["count"] >= 1 for stream in more)
        assert sockets_of(capped_server) == 3


def test_limit_that_another_connection_cannot_help_is_an_error() -> None:
    """A server that refuses the only operation on a connection would refuse it on any other."""

    async def refuses(peer: Peer) -> None:
        await peer.acknowledge()
        message = await peer.expect("subscribe")
        await peer.send("error", id=message["id"], payload=[{"message": "Subscription limit reached"}])
        await peer.drain()

    with ScriptedServer(refuses) as server, Client(server.url) as client:
        with pytest.raises(TransportQueryError, match="Subscription limit reached"):
            next(client.subscribe(BOOKS, overflow="raise"))
        with pytest.raises(TransportQueryError, match="Subscription limit reached"):
            next(client.subscribe(BOOKS))


def test_n13_subscriptions_use_no_connection_of_the_pool(strawberry_server: Server) -> None:
    """With more open sockets than the pool has connections, a query does not wait."""
    with Client(strawberry_server.url, client_session_args={"connector": one_connection}) as client:
        streams = [client.subscribe(BOOKS) for _ in range(10)]
        assert client.execute("{ hello }", timeout=PATIENCE) == {"hello": "Hello world!"}
        client.execute('mutation { addBook(title: "Dune") { id } }')
        assert [next(stream) for stream in streams] == [{"bookAdded": {"title": "Dune"}}] * 10


def one_connection() -> Any:
    import aiohttp

    return aiohttp.TCPConnector(limit=1)


@pytest.fixture
def quiet_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loops without debug mode, which takes most of the time and stores a stack with every handle."""
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "")


@pytest.mark.usefixtures("quiet_loop")
def test_ten_thousand_subscriptions_share_one_socket() -> None:
    """All of them run on one connection, and each receives its own events."""
    count = 10_000
    document = "subscription ($n: Int) { n(n: $n) }"

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        numbers = {}
        for _ in range(count):
            message = await peer.expect("subscribe")
            numbers[message["id"]] = message["payload"]["variables"]["n"]
        for id, number in numbers.items():
            await peer.send("next", id=id, payload={"data": {"n": number}})
        await peer.drain()

    with ScriptedServer(script) as server, Client(server.url) as client:
        streams = [client.subscribe(document, {"n": n}, overflow="raise") for n in range(count)]
        assert [next(stream)["n"] for stream in streams] == list(range(count))
        assert len(server.peers) == 1


@pytest.mark.usefixtures("quiet_loop")
def test_a_subscription_uses_less_than_four_kibibytes() -> None:
    """Its buffer is empty; all other objects of a subscription on a shared socket are counted."""
    count = 2_000

    with canned_server() as address, Client(f"http://{address}/graphql") as client:
        document, hold = "subscription ($hold: Boolean) { tick(hold: $hold) }", {"hold": True}
        streams = [client.subscribe(document, hold, overflow="raise")]
        gc.collect()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            streams += [client.subscribe(document, dict(hold), overflow="raise") for _ in range(count)]
            gc.collect()
            each = (tracemalloc.get_traced_memory()[0] - before) / count
        finally:
            tracemalloc.stop()
        assert each < 4096


def test_closing_a_sibling_from_another_thread(strawberry_server: Server) -> None:
    """Operations on a shared socket may start and end in any thread."""
    with Client(strawberry_server.url) as client:
        stays = client.subscribe(COUNT, {"delay": 0.001}, overflow="drop_oldest")

        def come_and_go() -> None:
            for _ in range(10):
                with client.subscribe(COUNT, {"delay": 0.001}, overflow="drop_oldest") as events:
                    next(events)

        threads = [threading.Thread(target=come_and_go) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        before = next(stays)["count"]
        assert next(stays)["count"] > before
        assert sockets_of(strawberry_server) == 1

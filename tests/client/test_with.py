"""``with client``: leaving closes, entering again reopens, ``close()`` is final."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from syncgql import Client, ClientClosed, LocalSchemaTransport, RequestsHTTPTransport
from syncgql.testing import GraphQLMock

from ..fix_servers import PATIENCE, Server
from ..servers.strawberry_server import schema

HELLO = {"hello": "Hello world!"}
WAYS: dict[str, Any] = {
    "http": lambda server: Client(server.url),
    "websocket": lambda server: Client(server.ws_url),
    "requests": lambda server: Client(transport=RequestsHTTPTransport(server.url)),
    "local": lambda server: Client(transport=LocalSchemaTransport(schema)),
}


@pytest.mark.parametrize("way", WAYS)
def test_it_may_be_entered_again(way: str, strawberry_server: Server) -> None:
    """The most common pattern in gql: a module-level client, and ``with`` in each function."""
    client: Client = WAYS[way](strawberry_server)
    for _ in range(3):
        with client as session:
            assert session is client
            assert session.execute("{ hello }") == HELLO
            assert session.submit("{ hello }").result(PATIENCE) == HELLO
        assert client.closed
        with pytest.raises(ClientClosed, match="enter its with block again"):
            client.execute("{ hello }")


def test_subscriptions_work_after_entering_again(strawberry_server: Server) -> None:
    """The threads and connections of the first block have ended with it."""
    client = Client(strawberry_server.url)
    with client:
        old = client.subscribe("subscription { count(delay: 0.01) }")
        old.next(PATIENCE)
    with client:
        new = client.subscribe("subscription { count(delay: 0.01) }")
        assert new.next(PATIENCE) == {"count": 1}
        assert list(old) == []
        new.close()


def test_the_last_block_closes(strawberry_server: Server) -> None:
    """A function that enters the client does not close it for its caller."""
    client = Client(strawberry_server.url)
    with client:
        with client:
            client.execute("{ hello }")
        assert client.execute("{ hello }") == HELLO
    assert client.closed


def test_threads_may_enter_at_once(strawberry_server: Server) -> None:
    """No thread closes the client while another one uses it."""
    client = Client(strawberry_server.url)
    raised: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(20):
                with client:
                    client.execute("{ hello }")
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    assert client.closed


@pytest.mark.parametrize("way", WAYS)
def test_close_is_final(way: str, strawberry_server: Server) -> None:
    """It is final inside and outside a block; entering raises, not only the first call."""
    client: Client = WAYS[way](strawberry_server)
    with client:
        client.close()
        with pytest.raises(ClientClosed):
            client.execute("{ hello }")
    with pytest.raises(ClientClosed, match="create a new one"):
        client.__enter__()
    unused = Client(strawberry_server.url)
    unused.close()
    with pytest.raises(ClientClosed):
        unused.__enter__()


def test_the_test_kit_may_be_entered_again() -> None:
    """A client with a mock can be entered again as well."""
    client = Client("https://api.invalid/graphql")
    with GraphQLMock() as mock:
        mock.add("Hello", HELLO)
        mock.add("Hello", HELLO)
        for _ in range(2):
            with client:
                assert client.execute("query Hello { hello }") == HELLO
            assert client.closed


def test_async_with() -> None:
    """Code for gql's asynchronous session fails, and the message names the replacement. The client stays usable."""
    client: Any = Client(transport=LocalSchemaTransport(schema))

    async def enter() -> None:
        async with client:
            pass

    with pytest.raises(TypeError, match=r"Use a plain 'with client'.* await asyncio\.to_thread\(client\.execute, "):
        asyncio.run(enter())
    assert client.execute("{ hello }") == HELLO

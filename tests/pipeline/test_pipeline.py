"""Pipeline: the steps of a call, in the thread of the caller."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from syncgql import Client, ClientClosed

from ..fix_servers import Server


@pytest.fixture
def client(any_server: Server) -> Iterator[Client]:
    with Client(any_server.url) as client:
        yield client


def test_headers_and_cookies_reach_the_server(strawberry_server: Server) -> None:
    """Headers of the client are sent; those of the call take precedence, in any case."""
    query = "query ($name: String!) { header(name: $name) }"
    with Client(strawberry_server.url, headers={"X-A": "client"}, cookies={"crumb": "1"}) as client:
        assert client.execute(query, {"name": "x-a"}) == {"header": "client"}
        assert client.execute(query, {"name": "x-a"}, headers={"x-a": "call"}) == {"header": "call"}
        assert client.execute(query, {"name": "cookie"}) == {"header": "crumb=1"}


def test_header_functions_run_in_the_calling_thread(strawberry_server: Server) -> None:
    """A function for headers is called for every request, in the caller's thread."""
    threads: list[int] = []

    def headers() -> dict[str, str]:
        threads.append(threading.get_ident())
        return {"X-Count": str(len(threads))}

    with Client(strawberry_server.url, headers=headers) as client:
        assert client.execute('{ header(name: "x-count") }') == {"header": "1"}
        assert client.execute('{ header(name: "x-count") }') == {"header": "2"}
    assert threads == [threading.get_ident()] * 2


def test_eight_threads_share_one_client(client: Client) -> None:
    """Threads need neither their own clients nor a lock."""

    def greet(number: int) -> Any:
        return client.execute("query ($name: String!) { hello(name: $name) }", {"name": str(number)})["hello"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(greet, range(80))) == [f"Hello {number}!" for number in range(80)]


def test_a_closed_client_raises(strawberry_server: Server) -> None:
    """After close() every call raises ClientClosed; closing twice does nothing."""
    client = Client(strawberry_server.url)
    client.execute("{ hello }")
    client.close()
    client.close()
    assert client.closed
    for call in (client.execute, client.execute_result, client.subscribe, client.subscribe_results):
        with pytest.raises(ClientClosed, match="create a new one"):
            call("{ hello }")

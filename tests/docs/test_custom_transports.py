"""The transports of the page on custom transports fail as the page describes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from syncgql import (
    Client,
    DocumentError,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)
from syncgql.cli.demo.server_process import ServerProcess
from tests.examples.programs import reserved_address

from ..servers.python import PythonProcess
from .line_server import LineServer
from .page import Page


@pytest.fixture(scope="module")
def library() -> Iterator[ServerProcess]:
    with PythonProcess("tests.docs.library_server") as server:
        yield server


@pytest.fixture(scope="module")
def transports() -> dict[str, Any]:
    """The classes on the page."""
    names: dict[str, Any] = {}
    for block in Page("docs/custom_transports.md", {}).blocks():
        exec(block.source.partition("\nclient = ")[0], names)
    return names


@pytest.fixture
def silence() -> Iterator[int]:
    """The port of a server that never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_errors_are_those_of_any_transport(library: ServerProcess, transports: dict[str, Any]) -> None:
    """Errors in a query, in a variable, for unsupported arguments and for a response that is not GraphQL."""
    with Client(transport=transports["UrllibTransport"](library.url)) as client:
        with pytest.raises(TransportQueryError, match="There is no book 99"):
            client.execute('{ book(id: "99") { title } }')
        with pytest.raises(DocumentError):
            client.execute("query ($name: String) { hello(name: $name) }", {"name": object()})
        with pytest.raises(TransportError, match="extra_args"):
            client.execute("{ hello }", extra_args={"method": "GET"})
    for body in (b"<p>", b"[]"):
        with pytest.raises(TransportProtocolError):
            transports["UrllibTransport"](library.url)._parse(body)


def test_a_status_is_an_exception(transports: dict[str, Any]) -> None:
    """The exit status is the code."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        transport = transports["UrllibTransport"](f"http://127.0.0.1:{server.server_port}/")
        with Client(transport=transport) as client, pytest.raises(TransportServerError) as caught:
            client.execute("{ hello }")
        thread.join()
    assert caught.value.code == 501


def test_a_blocking_transport_ends_in_time(silence: int, transports: dict[str, Any]) -> None:
    """The remaining time is passed to urllib, and the exception names the option."""
    with Client(transport=transports["UrllibTransport"](f"http://127.0.0.1:{silence}/")) as client:
        with pytest.raises(TransportTimeout) as caught:
            client.execute("{ hello }", timeout=0.05)
        assert caught.value.limit == "timeout"


def test_an_asynchronous_transport_ends_in_time(silence: int, transports: dict[str, Any]) -> None:
    """The client cancels the call, which closes its connection."""
    with (
        Client(transport=transports["JSONLinesTransport"]("127.0.0.1", silence)) as client,
        pytest.raises(TransportTimeout),
    ):
        client.execute("{ hello }", timeout=0.05)


def test_no_server(transports: dict[str, Any]) -> None:
    """Both report that they could not connect."""
    with reserved_address() as address:
        for transport in (
            transports["UrllibTransport"](f"http://{address}/"),
            transports["JSONLinesTransport"](*address.split(":")),
        ):
            with Client(transport=transport) as client, pytest.raises(TransportConnectionFailed):
                client.execute("{ hello }")


def test_a_subscription_can_be_left(transports: dict[str, Any]) -> None:
    """Leaving the loop ends the generator, which closes the connection."""
    with LineServer() as server, Client(transport=transports["JSONLinesTransport"](server.host, server.port)) as client:
        for event in client.subscribe("subscription { count(to: 3) }"):
            assert event == {"count": 1}
            break

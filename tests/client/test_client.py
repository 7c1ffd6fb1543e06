"""Client: its options, what it says about itself, and failures, against real servers."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from syncgql import (
    AIOHTTPTransport,
    AIOHTTPWebsocketsTransport,
    AsyncTransport,
    BlockingTransport,
    Client,
    ReconnectPolicy,
    RequestsHTTPTransport,
    TransportConnectionFailed,
)

from ..transport.test_base import Smallest as SmallestAsync
from ..transport.test_blocking import Smallest as SmallestBlocking


def test_creating_a_client_starts_nothing() -> None:
    """Creating a client starts no thread and opens no connection."""
    before = set(threading.enumerate())  # one of them may end meanwhile
    clients = [Client("http://127.0.0.1:1/") for _ in range(100)]
    assert set(threading.enumerate()) <= before
    assert repr(clients[0]) == "<Client http://127.0.0.1:1/>"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, TypeError, "either a url or transport"),
        ({"url": "http://a/", "transport": AIOHTTPTransport("http://a/")}, TypeError, "either a url or transport"),
        ({"url": "localhost:8000"}, ValueError, "must be an absolute URL"),
        ({"url": "ftp://localhost"}, ValueError, "begins with http:// or https://"),
        ({"url": "http://localhost:port/"}, ValueError, "not a valid URL"),
        ({"url": 1}, TypeError, "url must be a str"),
        ({"url": "http://a/", "nope": 1}, TypeError, "nope"),
        ({"url": "http://a/", "headers": ["a"]}, TypeError, "headers must be a mapping"),
        ({"url": "http://a/", "headers": {"a": 1}}, TypeError, "'a' maps to int"),
        ({"url": "http://a/", "headers": {"a": "b\r\nc: d"}}, ValueError, "line break"),
        ({"url": "http://a/", "execute_timeout": 0}, ValueError, "more than 0"),
        ({"url": "http://a/", "execute_timeout": "10"}, TypeError, "execute_timeout must be a number"),
        ({"url": "http://a/", "subscriptions": 1}, TypeError, "subscriptions must be a URL"),
        ({"url": "http://a/", "subscriptions": "a"}, ValueError, "must be an absolute URL"),
        ({"url": "http://a/", "init_payload": 1}, TypeError, "init_payload must be a mapping"),
        ({"transport": "http://a/"}, TypeError, "transport must be an AsyncTransport"),
    ],
)
def test_a_wrong_option_is_an_error_at_once(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """An invalid option is reported when the client is created, not by the first call."""
    with pytest.raises(error, match=message):
        Client(**arguments)


@pytest.mark.parametrize(
    ("transport", "shown"),
    [
        (AIOHTTPTransport("http://me:secret@a/b?key=secret"), "AIOHTTPTransport('http://a/b')"),
        (RequestsHTTPTransport("http://me:secret@a/b?key=secret"), "RequestsHTTPTransport('http://a/b')"),
        (AIOHTTPWebsocketsTransport("ws://me:secret@a/b?key=secret"), "AIOHTTPWebsocketsTransport('ws://a/b')"),
        (SmallestAsync(), "<Smallest>"),
        (SmallestBlocking(), "<Smallest>"),
    ],
)
def test_client_names_its_transport(transport: AsyncTransport | BlockingTransport, shown: str) -> None:
    """Its repr contains neither an address in memory nor secrets in the URL."""
    assert repr(Client(transport=transport)) == f"<Client {shown}>"


def test_passwords_in_urls_are_not_shown() -> None:
    """Neither repr nor errors show the user name, password or query string of a URL."""
    assert repr(Client("http://me:secret@localhost/graphql?key=secret")) == "<Client http://localhost/graphql>"
    with pytest.raises(ValueError, match="absolute URL") as caught:
        Client("ftp://me:secret@localhost/?key=secret")
    assert "secret" not in str(caught.value)


def test_an_unreachable_server_is_a_connection_failure() -> None:
    """The error has the URL and asks whether the server is running; the cause is chained."""
    policy = ReconnectPolicy(base=0.01, cap=0.01)
    with (
        socket.socket() as unused,
        Client(f"http://127.0.0.1:{_free_port(unused)}/graphql", reconnect=policy) as client,
    ):
        for call in (client.execute, client.subscribe):
            with pytest.raises(
                TransportConnectionFailed, match=r"Could not connect to .* Is the server running"
            ) as caught:
                call("{ hello }")
            assert caught.value.__cause__ is not None


def _free_port(unused: socket.socket) -> int:
    unused.bind(("127.0.0.1", 0))
    port: int = unused.getsockname()[1]
    return port

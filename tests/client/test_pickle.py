"""Pickling: a client is pickled as its arguments, or raises an exception with the reason."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

from syncgql import AIOHTTPTransport, AIOHTTPWebsocketsTransport, Client

from ..fix_servers import Server


def headers() -> dict[str, str]:
    """A function that can be pickled, because it is defined at the top level of a module."""
    return {"X-From": "provider"}


def arguments_of(client: Client) -> dict[str, Any]:
    return {name: value for name, value in client._arguments.items() if value is not None}


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_f29_a_client_in_use_can_be_pickled(strawberry_server: Server, protocol: int) -> None:
    """The copy starts its own runtime; the original is not affected."""
    with Client(strawberry_server.url, headers=headers) as client:
        with client.subscribe("subscription { count(delay: 0.01) }") as events:
            next(events)
            with pickle.loads(pickle.dumps(client, protocol)) as other:
                assert other is not client
                assert other.execute('{ header(name: "X-From") }') == {"header": "provider"}
            next(events)
        assert client.execute("{ hello }") == {"hello": "Hello world!"}


def test_f29_copying_a_client_is_pickling_it(strawberry_server: Server) -> None:
    """``copy.copy`` returns an independent client that does not share a thread."""
    with Client(strawberry_server.url) as client:
        client.execute("{ hello }")
        with copy.copy(client) as other:
            assert other.execute("{ hello }") == {"hello": "Hello world!"}
        assert client.execute("{ hello }") == {"hello": "Hello world!"}


def test_f29_every_argument_is_pickled() -> None:
    """All parameters of a client, now and in the future, are pickled."""
    client = Client("http://localhost/graphql", headers={"A": "b"}, execute_timeout=3, subscriptions="ws://localhost/x")
    parameters = set(inspect.signature(Client).parameters)
    assert set(client._arguments) == parameters
    assert arguments_of(pickle.loads(pickle.dumps(client))) == arguments_of(client)


@pytest.mark.parametrize("kind", ["http", "ws"])
def test_f29_a_pickled_transport_is_unconnected(strawberry_server: Server, kind: str) -> None:
    """A client with a user's transport pickles a copy of it."""
    transport = (
        AIOHTTPTransport(strawberry_server.url, headers)
        if kind == "http"
        else AIOHTTPWebsocketsTransport(strawberry_server.ws_url, headers=headers)
    )
    with Client(transport=transport) as client:
        client.execute("{ hello }")
        with pickle.loads(pickle.dumps(client)) as other:
            assert other.execute('{ header(name: "X-From") }') == {"header": "provider"}


class Special(Client):
    """A client class of the user."""


def test_f29_a_subclass_keeps_its_class() -> None:
    """The copy is of the same class."""
    assert type(pickle.loads(pickle.dumps(Special("http://localhost/graphql")))) is Special


class Passing(Client):
    """A client class that passes its arguments on."""

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(url, **options)


class Tenant(Client):
    """A client class with a parameter of its own."""

    def __init__(self, url: str, tenant: str = "default", **options: Any) -> None:
        super().__init__(url, **options)
        self.tenant = tenant


class Fixed(Client):
    """A client class without parameters."""

    def __init__(self) -> None:
        super().__init__("http://localhost/graphql")


class Reducing(Tenant):
    """A client class that says how to make a copy."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Reducing, ("http://localhost/graphql", self.tenant)


def test_f29_a_subclass_may_pass_its_arguments_on() -> None:
    """The copy has the same arguments."""
    client = Passing("http://localhost/graphql", headers={"A": "b"})
    assert arguments_of(pickle.loads(pickle.dumps(client))) == arguments_of(client)


@pytest.mark.parametrize("make", [lambda: Tenant("http://localhost/graphql", "acme"), Fixed], ids=["more", "fewer"])
@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy], ids=["pickle", "copy"])
def test_f29_a_subclass_with_other_parameters(make: Any, duplicate: Any) -> None:
    """A copy would lose the value of a parameter, or could not be made; the error says what to do."""
    client = make()
    with pytest.raises(TypeError, match=r"other parameters than its base class. Define __reduce__ in (Tenant|Fixed)\."):
        duplicate(client)


def test_f29_a_subclass_that_defines_reduce() -> None:
    """It decides what is pickled."""
    assert pickle.loads(pickle.dumps(Reducing("http://localhost/graphql", "acme"))).tenant == "acme"

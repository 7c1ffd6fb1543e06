"""Dispatcher and TransportOverride: the destination of a client's requests, and its replacement in tests."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

import pytest
from graphql import build_schema

from syncgql import (
    Client,
    ClientClosed,
    LocalSchemaTransport,
    RateLimit,
    RequestsHTTPTransport,
    TransportRateLimited,
    TransportTimeout,
)
from syncgql.pipeline.override import TransportOverride
from syncgql.transport.selection.transport_factory import Transports
from syncgql.transport.selection.transport_options import TransportOptions

from ..fix_servers import Server

SCHEMA = build_schema("type Query { hello: String }")


def build(options: TransportOptions) -> Transports:
    transport = LocalSchemaTransport(SCHEMA, root_value={"hello": f"in the place of {options.target}"})
    return Transports(transport, transport)


def test_every_client_is_overridden() -> None:
    """Clients created before and within the block, and blocking ones, are overridden, and work as usual afterwards."""
    before = Client("http://before.invalid/")
    with TransportOverride(build) as override:
        assert before.execute("{ hello }") == {"hello": "in the place of http://before.invalid/"}
        assert Client("http://within.invalid/").execute("{ hello }")["hello"].endswith("within.invalid/")
        blocking = Client(transport=RequestsHTTPTransport("http://requests.invalid/"))
        assert "requests.invalid" in blocking.execute("{ hello }")["hello"]
    assert before._pipeline.dispatcher is not override.dispatcher(before._pipeline)
    assert before._pipeline.dispatcher is before._pipeline.own_dispatcher


def test_a_client_is_unchanged_after_the_override(strawberry_server: Server) -> None:
    """The client's own connections are not affected."""
    with Client(strawberry_server.url) as client:
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        with TransportOverride(build):
            assert "in the place of" in client.execute("{ hello }")["hello"]
        assert client.execute("{ hello }") == {"hello": "Hello world!"}


def test_overrides_nest() -> None:
    """The innermost override counts."""
    client = Client("http://nowhere.invalid/")
    with TransportOverride(build) as outer:
        with TransportOverride(build) as inner:
            assert client._pipeline.dispatcher is inner.dispatcher(client._pipeline)
        assert client._pipeline.dispatcher is outer.dispatcher(client._pipeline)
        client.execute("{ hello }")


def test_rate_limits_start_afresh() -> None:
    """The requests of one block delay neither those of another, nor those of a block around it."""
    client = Client("http://nowhere.invalid/", rate_limit=RateLimit(1, per=3600))

    def is_refused() -> bool:
        try:
            client.execute("{ hello }", timeout=60)
        except TransportRateLimited:
            return True
        return False

    for _ in range(2):
        with TransportOverride(build):
            with TransportOverride(build):
                assert [is_refused(), is_refused()] == [False, True]
            assert [is_refused(), is_refused()] == [False, True]


def test_a_closed_client_stays_closed() -> None:
    """A client closed before or within the block stays closed."""
    before, within = Client("http://one.invalid/"), Client("http://two.invalid/")
    before.close()
    with TransportOverride(build):
        within.execute("{ hello }")
        within.close()
        for client in (before, within):
            with pytest.raises(ClientClosed):
                client.execute("{ hello }")


def test_the_end_of_an_override_ends_its_threads() -> None:
    """The threads of the override end with the block, although the client continues to exist."""
    client = Client("http://nowhere.invalid/")
    with TransportOverride(build):
        client.execute("{ hello }")
        assert [thread for thread in threading.enumerate() if thread.name.startswith("syncgql")]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("syncgql")]
    assert not client.closed


def test_submit_by_a_transport_that_blocks(strawberry_server: Server) -> None:
    """It runs in a worker thread; results and errors are set on the future."""
    with Client(transport=RequestsHTTPTransport(strawberry_server.url)) as client:
        futures: list[Future[dict[str, Any]]] = [client.submit("{ hello }") for _ in range(3)]
        assert [future.result(60) for future in futures] == [{"hello": "Hello world!"}] * 3
        with pytest.raises(TransportTimeout):
            client.submit("{ sleep(seconds: 60) }", timeout=0.2).result(60)
    with pytest.raises(ClientClosed):
        client.submit("{ hello }")

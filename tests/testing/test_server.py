"""GraphQLServer: registered answers at a real port."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from syncgql import (
    Client,
    GraphQLRequest,
    RequestsHTTPTransport,
    TransportConnectionFailed,
    TransportQueryError,
    TransportServerError,
)
from syncgql.testing import GraphQLServer, UnexpectedOperation, complete, drop, event
from tests.fix_scripts import RunScript

BOOK = "query Book($id: ID!) { book(id: $id) { title } }"
ADDED = "subscription Added { bookAdded { title } }"


@pytest.fixture
def server() -> Iterator[GraphQLServer]:
    with GraphQLServer() as server:
        yield server


def test_over_http(server: GraphQLServer) -> None:
    """The server accepts POST and GET, and records the requests."""
    server.add("Book", {"book": {"title": "Emma"}})
    with Client(server.url, headers={"X-One": "1"}) as client:
        assert client.execute(BOOK, {"id": "7"}) == {"book": {"title": "Emma"}}
    with Client(transport=RequestsHTTPTransport(server.url, method="GET")) as client:
        assert client.execute(BOOK, {"id": "8"}) == {"book": {"title": "Emma"}}
    server.assert_called("Book", {"id": "7"}, headers={"x-one": "1"}, times=1)
    server.assert_called("Book", {"id": "8"}, times=1)


def test_from_another_process(server: GraphQLServer, run_script: RunScript) -> None:
    """A program in another process can use the server."""
    server.add("Book", {"book": {"title": "Emma"}})
    server.script("Added", event({"n": 1}), drop(1012), event({"n": 2}), complete())
    result = run_script(
        f"""
        import sys
        from syncgql import Client, ReconnectPolicy
        with Client(sys.argv[1], reconnect=ReconnectPolicy(base=0, cap=0)) as client:
            print(client.execute({BOOK!r}, {{"id": "1"}}), list(client.subscribe({ADDED!r})))
        """,
        server.url,
    )
    assert result.stdout == "{'book': {'title': 'Emma'}} [{'n': 1}, {'n': 2}]\n"
    server.assert_called("Added", times=2)


def test_failures_on_the_wire(server: GraphQLServer) -> None:
    """The server sends a status or errors, or drops the connection instead of responding."""
    server.add("Book", errors=["no"])
    server.add("Book", status=502, body="bad gateway")
    server.add("Book", raises=ConnectionError)
    with Client(server.url) as client:
        for error in (TransportQueryError, TransportServerError, TransportConnectionFailed):
            with pytest.raises(error):
                client.execute(BOOK, {"id": "1"})


@pytest.mark.parametrize("code", [None, 4403])
def test_a_dropped_socket(server: GraphQLServer, code: int | None) -> None:
    """The close code is received; without a code, the connection just ends."""
    server.script("Added", event({"n": 1}), drop(code, "reason"))
    with Client(server.url, reconnect=False) as client:
        events = client.subscribe(ADDED)
        assert next(events) == {"n": 1}
        with pytest.raises((TransportConnectionFailed, TransportServerError)) as caught:
            next(events)
    assert getattr(caught.value, "code", None) == code or code is None


def test_unexpected_operations_are_reported_and_kept(server: GraphQLServer) -> None:
    """The other process gets an error, and the test fails."""
    server.add("Books", {"books": []})
    with (
        Client(server.url) as client,
        pytest.raises(TransportQueryError, match="most similar registered name is 'Books'"),
    ):
        client.execute(BOOK, {"id": "1"})
    with pytest.raises(UnexpectedOperation, match="No answer is registered"):
        server.raise_failures()


def test_uploads_and_invalid_requests(server: GraphQLServer) -> None:
    """A multipart form is supported; invalid requests get status 400."""
    server.add("Up", {"up": True})
    operations = json.dumps({"query": "mutation Up($f: Upload!) { up(f: $f) }", "variables": {"f": None}})
    form: dict[str, Any] = {
        "operations": (None, operations),
        "map": (None, '{"0": ["variables.f"]}'),
        "0": ("a.txt", b"Alpha"),
    }
    assert requests.post(server.url, files=form, timeout=60).json() == {"data": {"up": True}}
    for nonsense in ("{}", "[1]", "nonsense", '{"query": ""}'):
        assert requests.post(server.url, data=nonsense, timeout=60).status_code == 400


def test_batches(server: GraphQLServer) -> None:
    """Each request of a batch has its own answer."""
    server.add("Book", lambda call: {"book": call.variables["id"]})
    with Client(server.url) as client:
        batch = [GraphQLRequest(BOOK, {"id": "1"}), GraphQLRequest(BOOK, {"id": "2"})]
        assert client.execute_batch(batch) == [{"book": "1"}, {"book": "2"}]


def test_close_ends_everything() -> None:
    """No thread and no port are left, and closing again does nothing."""
    server = GraphQLServer()
    server.start()
    server.close()
    server.close()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(server.url)

"""Real servers that stream: by SSE, multipart and WebSocket, with ``@defer`` and ``@stream``.

All have the schema ``tests/servers/streams.graphql``. ``tests/servers/test_streams.py`` shows what each sends.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from syncgql.cli.demo.server_process import ServerProcess

from .fix_servers import PATIENCE, Server
from .node_packages import why_not
from .servers.node import NodeProcess
from .servers.python import PythonProcess


class StreamServer(Server):
    """A server that streams.

    Its log has ``started`` and ``ended`` with the ``name`` of each subscription (``"subscription count"``) and slow
    field (``"held"``, ``"slow"``, ``"summary"``, ``"items"``) that begins and ends there; at the end of a subscription
    ``number`` is how many events it had.
    """

    def run(self, document: str) -> Any:
        """Return the data of a document that the server executes for the test, past its protocols and its log."""
        parts = urlsplit(self.url)
        with closing(http.client.HTTPConnection(parts.netloc, timeout=2 * PATIENCE)) as connection:
            connection.request("GET", "/run?" + urlencode({"document": document}))
            result = json.load(connection.getresponse())
        assert not result.get("errors"), result
        return result["data"]

    def open(self, gate: str) -> None:
        """Let the fields ``held(gate:)`` with this gate answer, now and later."""
        self.run(f"mutation {{ open(gate: {json.dumps(gate)}) }}")

    def publish(self, number: int) -> int:
        """Send a number to all subscriptions to ``published``; return how many there are."""
        readers: int = self.run(f"mutation {{ publish(number: {number}) }}")["publish"]
        return readers

    def active(self) -> list[str]:
        """Return the names of the subscriptions and slow fields that run at this moment."""
        names: list[str] = self.run("{ active }")["active"]
        return names


Url = str | None
"""A server's URL; None where there is no Node to run it."""


def serve(process: ServerProcess) -> Iterator[Url]:
    """Run a server while a fixture is in use."""
    if isinstance(process, NodeProcess) and why_not() is not None:
        yield None
        return
    with process:
        yield process.url


def server_at(url: Url) -> StreamServer:
    """Return the server, or skip the test with the reason why there is none."""
    if url is None:
        pytest.skip(str(why_not()))
    return StreamServer(url)


@pytest.fixture(scope="session")
def yoga_url() -> Iterator[Url]:
    """The URL of GraphQL Yoga; tests use ``yoga_server``."""
    yield from serve(NodeProcess("servers/yoga.mjs"))


@pytest.fixture(scope="session")
def yoga_apq_url() -> Iterator[Url]:
    """The URL of GraphQL Yoga with automatic persisted queries; tests use ``yoga_apq_server``."""
    yield from serve(NodeProcess("servers/yoga_persisted.mjs", "apq"))


@pytest.fixture(scope="session")
def yoga_trusted_url() -> Iterator[Url]:
    """The URL of GraphQL Yoga with trusted documents; tests use ``yoga_trusted_server``."""
    yield from serve(NodeProcess("servers/yoga_persisted.mjs", "trusted"))


@pytest.fixture(scope="session")
def graphql_sse_url() -> Iterator[Url]:
    """The URL of graphql-sse; tests use ``graphql_sse_server``."""
    yield from serve(NodeProcess("servers/graphql_sse.mjs"))


@pytest.fixture(scope="session")
def graphql_ws_url() -> Iterator[Url]:
    """The URL of graphql-ws; tests use ``graphql_ws_server``."""
    yield from serve(NodeProcess("servers/graphql_ws.mjs"))


@pytest.fixture(scope="session")
def apollo_url() -> Iterator[Url]:
    """The URL of Apollo Server; tests use ``apollo_server``."""
    yield from serve(NodeProcess("apollo/server.mjs"))


@pytest.fixture(scope="session")
def apollo_gzip_url() -> Iterator[Url]:
    """The URL of Apollo Server with compression; tests use ``apollo_gzip_server``."""
    yield from serve(NodeProcess("apollo/server.mjs", "compress"))


@pytest.fixture(scope="session")
def strawberry_streams_url() -> Iterator[Url]:
    """The URL of Strawberry with all that streams; tests use ``strawberry_streams``."""
    yield from serve(PythonProcess("tests.servers.strawberry_streams"))


@pytest.fixture(scope="session")
def ariadne_streams_url() -> Iterator[Url]:
    """The URL of Ariadne with SSE; tests use ``ariadne_streams``."""
    yield from serve(PythonProcess("tests.servers.ariadne_streams"))


@pytest.fixture
def yoga_server(yoga_url: Url) -> StreamServer:
    """GraphQL Yoga: SSE at the URL of queries, ``@defer`` in the format of 2022."""
    return server_at(yoga_url)


@pytest.fixture
def yoga_apq_server(yoga_apq_url: Url) -> StreamServer:
    """GraphQL Yoga, whose plugin answers a miss with 404; with batches."""
    return server_at(yoga_apq_url)


@pytest.fixture
def yoga_trusted_server(yoga_trusted_url: Url) -> StreamServer:
    """GraphQL Yoga, which executes registered documents only: by ``documentId``, or by the extension of hashes."""
    return server_at(yoga_trusted_url)


@pytest.fixture
def graphql_sse_server(graphql_sse_url: Url) -> StreamServer:
    """graphql-sse, nothing but SSE; at ``/graphql/silent`` a failed subscription leaves the stream open and silent."""
    return server_at(graphql_sse_url)


@pytest.fixture
def graphql_ws_server(graphql_ws_url: Url) -> StreamServer:
    """graphql-ws on graphql 17: graphql-transport-ws with ``@defer`` and ``@stream``."""
    return server_at(graphql_ws_url)


@pytest.fixture
def apollo_server(apollo_url: Url) -> StreamServer:
    """Apollo Server: ``@defer`` and ``@stream`` in the format ``incrementalSpec=v0.2``, no subscriptions."""
    return server_at(apollo_url)


@pytest.fixture
def apollo_gzip_server(apollo_gzip_url: Url) -> StreamServer:
    """Apollo Server behind a middleware that compresses its streams."""
    return server_at(apollo_gzip_url)


@pytest.fixture
def strawberry_streams(strawberry_streams_url: Url) -> StreamServer:
    """Strawberry: SSE, multipart and WebSocket subscriptions, ``@defer`` and ``@stream`` in the format of the draft."""
    return server_at(strawberry_streams_url)


@pytest.fixture
def ariadne_streams(ariadne_streams_url: Url) -> StreamServer:
    """Ariadne: subscriptions by SSE and graphql-transport-ws; no ``@defer``."""
    return server_at(ariadne_streams_url)


@pytest.fixture(params=["yoga", "graphql-sse", "strawberry", "ariadne"])
def any_sse_server(
    request: pytest.FixtureRequest,
    yoga_url: Url,
    graphql_sse_url: Url,
    strawberry_streams_url: Url,
    ariadne_streams_url: Url,
) -> StreamServer:
    """Each of the servers of SSE subscriptions in turn."""
    urls = {
        "yoga": yoga_url,
        "graphql-sse": graphql_sse_url,
        "strawberry": strawberry_streams_url,
        "ariadne": ariadne_streams_url,
    }
    return server_at(urls[request.param])


@pytest.fixture(params=["yoga", "apollo", "strawberry"])
def any_defer_server(
    request: pytest.FixtureRequest, yoga_url: Url, apollo_url: Url, strawberry_streams_url: Url
) -> StreamServer:
    """Each of the servers of ``@defer`` over multipart in turn."""
    urls = {"yoga": yoga_url, "apollo": apollo_url, "strawberry": strawberry_streams_url}
    return server_at(urls[request.param])

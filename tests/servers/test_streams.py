"""The real servers that stream: each starts, sends the recorded responses, streams, and detects a closed connection."""

from __future__ import annotations

import asyncio
import http.client
import json
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from graphql import (
    GraphQLSchema,
    build_client_schema,
    build_schema,
    get_introspection_query,
    introspection_from_schema,
    lexicographic_sort_schema,
    print_type,
)

from syncgql.cli.demo.server_process import ServerExited

from ..fix_servers import PATIENCE
from ..fix_streams import StreamServer, Url, server_at
from .node import NodeProcess
from .samples import load, load_versions, take
from .samples.record import INCREMENTAL, MULTIPART, SSE
from .tcp_proxy import TCPProxy

HELD = '{ book { title ... @defer { held(gate: "GATE") } } }'


@pytest.fixture
def urls(
    yoga_url: Url,
    graphql_sse_url: Url,
    graphql_ws_url: Url,
    apollo_url: Url,
    apollo_gzip_url: Url,
    strawberry_streams_url: Url,
    ariadne_streams_url: Url,
) -> dict[str, Url]:
    """The URL of each server."""
    return {
        "yoga": yoga_url,
        "graphql-sse": graphql_sse_url,
        "graphql-ws": graphql_ws_url,
        "apollo": apollo_url,
        "apollo-gzip": apollo_gzip_url,
        "strawberry": strawberry_streams_url,
        "ariadne": ariadne_streams_url,
    }


class Reading:
    """A response that is read while it comes."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.response = response
        self.body = b""

    def until(self, text: bytes) -> bytes:
        """Return the body so far as soon as it contains this."""
        while text not in self.body:
            piece = self.response.read1()
            assert piece, f"The body ended without {text!r}: {self.body!r}"
            self.body += piece
        return self.body


@contextmanager
def reading(url: str, accept: str, document: str | None, method: str = "POST", **headers: str) -> Iterator[Reading]:
    """Send a request and read the response; the connection is closed at the end of the block."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)) as connection:
        body = None if document is None else json.dumps({"query": document})
        headers = {"Accept": accept, "Content-Type": "application/json", **headers}
        connection.request(method, parts._replace(scheme="", netloc="").geturl(), body, headers)
        with connection.getresponse() as response:
            yield Reading(response)


def test_script_that_does_not_start(yoga_server: StreamServer, capfd: pytest.CaptureFixture[str]) -> None:
    """The process says on stderr why it did not start."""
    with pytest.raises(ServerExited, match=r"servers/missing\.mjs exited with code 1"):
        NodeProcess("servers/missing.mjs").start()
    assert "Cannot find module" in capfd.readouterr().err


@pytest.mark.parametrize(
    "name", ["yoga", "graphql-sse", "graphql-ws", "apollo", "apollo-gzip", "strawberry", "ariadne"]
)
def test_servers_run_documents(urls: dict[str, Url], name: str) -> None:
    """Each server runs the documents of tests, whatever protocols it supports, and logs the operations."""
    server = server_at(urls[name])
    assert server.run("{ hello items(n: 2) book { title reviews(n: 1) { text } } }") == {
        "hello": "Hello world!",
        "items": [1, 2],
        "book": {"title": "Emma", "reviews": [{"text": "Review 1"}]},
    }
    assert [entry["name"] for entry in server.seen("started")] == ["items", "items"]


def printed(schema: GraphQLSchema) -> dict[str, str]:
    """Return the text of each type, without descriptions."""
    plain = build_client_schema(introspection_from_schema(schema, descriptions=False))
    return {name: print_type(kind) for name, kind in lexicographic_sort_schema(plain).type_map.items()}


@pytest.mark.parametrize("name", ["yoga", "apollo", "strawberry", "ariadne"])
def test_servers_have_one_schema(urls: dict[str, Url], name: str) -> None:
    """A document of a test is valid on each server."""
    introspection = server_at(urls[name]).run(get_introspection_query(descriptions=False))
    types = printed(build_client_schema(introspection))
    expected = printed(build_schema(Path(__file__).with_name("streams.graphql").read_text("utf-8")))
    assert {kind: types.get(kind) for kind in expected} == expected


@pytest.mark.parametrize("name", ["yoga", "graphql-sse", "apollo", "strawberry", "ariadne"])
def test_servers_send_their_samples(urls: dict[str, Url], name: str) -> None:
    """Each server sends the recorded responses, byte by byte."""
    recorded = load_versions(name)
    installed = {package: version(package) for package in recorded}
    if installed != recorded:
        pytest.skip(f"The samples were recorded from {recorded}; installed are {installed}.")
    url = server_at(urls[name]).url
    for sample in load(name):
        assert take(url, sample.accept, sample.document) == sample


def test_subscription_arrives_event_by_event(any_sse_server: StreamServer) -> None:
    """An event arrives while the subscription waits for the next one, and the stop reaches the server."""
    with reading(any_sse_server.url, SSE, "subscription { published }") as stream:
        any_sse_server.wait_for("started", name="subscription published")
        for number in (1, 2):
            assert any_sse_server.publish(number) == 1
            stream.until(b"%d}}" % number)
        assert "subscription published" in any_sse_server.active()
    any_sse_server.wait_for("ended", name="subscription published", number=2)


def test_multipart_subscription_stops(strawberry_streams: StreamServer) -> None:
    """The events of a multipart subscription arrive at once, and the stop reaches the server."""
    with reading(strawberry_streams.url, MULTIPART, "subscription { published }") as stream:
        strawberry_streams.wait_for("started", name="subscription published")
        strawberry_streams.publish(7)
        stream.until(b'{"payload":{"data":{"published":7}}}\r\n--graphql')
    strawberry_streams.wait_for("ended", name="subscription published")


def test_defer_arrives_in_parts(any_defer_server: StreamServer) -> None:
    """The first part arrives while the deferred field waits."""
    gate = f"parts {any_defer_server.url}"
    with reading(any_defer_server.url, INCREMENTAL, HELD.replace("GATE", gate)) as stream:
        assert b'"hasNext":false' not in stream.until(b'"hasNext":true')
        any_defer_server.open(gate)
        stream.until(b'"hasNext":false')


@pytest.mark.parametrize("name", ["yoga", "strawberry"])
def test_streamed_list_stops(urls: dict[str, Url], name: str) -> None:
    """The stop of a streamed list reaches Yoga and Strawberry; Apollo Server continues."""
    server = server_at(urls[name])
    with reading(server.url, INCREMENTAL, "{ items(n: 3000, delay: 0.01) @stream }") as stream:
        stream.until(b'"hasNext":true')
    server.wait_for("aborted")
    server.wait_for("ended", name="items")


def test_deferred_field_stops(strawberry_streams: StreamServer) -> None:
    """Strawberry cancels a deferred field whose client has left; the servers in Node let it run."""
    with reading(strawberry_streams.url, INCREMENTAL, HELD.replace("GATE", "never")) as stream:
        stream.until(b'"hasNext":true')
    strawberry_streams.wait_for("ended", name="held")


def test_compressed_parts_arrive(apollo_gzip_server: StreamServer) -> None:
    """A compressed part can be read before the next one is sent."""
    decompressor = zlib.decompressobj(wbits=31)
    document = HELD.replace("GATE", "gzip")
    with reading(apollo_gzip_server.url, INCREMENTAL, document, **{"Accept-Encoding": "gzip"}) as stream:
        assert stream.response.headers["Content-Encoding"] == "gzip"
        text = b""
        while b'"hasNext":true' not in text:
            text += decompressor.decompress(stream.response.read1())
        apollo_gzip_server.open("gzip")
        assert b'"hasNext":false' in decompressor.decompress(stream.response.read())


def test_yoga_runs_subscriptions_that_it_refuses(yoga_server: StreamServer) -> None:
    """A subscription that was refused with 406 was started, and is never stopped."""
    sample = take(yoga_server.url, MULTIPART, "subscription { endless }")
    assert (sample.status, sample.headers["accept"].count("text/event-stream")) == (406, 3)
    yoga_server.wait_for("started", name="subscription endless")
    assert yoga_server.seen("ended") == []


def test_graphql_sse_can_fall_silent(graphql_sse_server: StreamServer) -> None:
    """After a failed subscription the stream stays open, and nothing comes but the pings."""
    url = graphql_sse_server.at("/graphql/silent")
    with reading(url, SSE, "subscription { fails }") as stream:
        stream.until(b'{"fails":2}}\n\n')
        graphql_sse_server.wait_for("ended", name="subscription fails")
        assert stream.body.endswith(b"\n\n")
        assert graphql_sse_server.seen("response") == []


def test_graphql_sse_single_connection(graphql_sse_server: StreamServer) -> None:
    """A reservation, its stream, an operation on it, and its end."""
    url = graphql_sse_server.url

    def ask(method: str, path: str = url, body: object = None) -> tuple[int, bytes]:
        parts = urlsplit(path)
        with closing(http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)) as connection:
            headers = {"Content-Type": "application/json", "X-GraphQL-Event-Stream-Token": token}
            target = parts._replace(scheme="", netloc="").geturl()
            connection.request(method, target, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, response.read()

    token = ""
    with reading(url, "*/*", None, "PUT") as reserved:
        assert reserved.response.status == 201
        token = reserved.response.read().decode()
    operation = {"query": "subscription { published }", "extensions": {"operationId": "one"}}
    with reading(url, SSE, None, "GET", **{"X-GraphQL-Event-Stream-Token": token}) as stream:
        stream.until(b":\n\n")
        assert ask("POST", body=operation) == (202, b"")
        assert ask("POST", body=operation)[0] == 409
        graphql_sse_server.publish(5)
        stream.until(b'event: next\ndata: {"id":"one","payload":{"data":{"published":5}}}\n\n')
        assert ask("DELETE", url + "?operationId=one") == (200, b"")
        graphql_sse_server.wait_for("ended", name="subscription published")
        stream.until(b'event: complete\ndata: {"id":"one"}\n\n')
        refused = {"query": "subscription { unknown }", "extensions": {"operationId": "two"}}
        assert ask("POST", body=refused)[0] == 400
    assert ask("PUT")[0] == 201


def converse(url: str, document: str) -> list[dict[str, Any]]:
    """Return the messages of an operation over graphql-transport-ws; a close frame is one of type "close"."""

    async def main() -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        protocols = ["graphql-transport-ws"]
        async with aiohttp.ClientSession() as session, session.ws_connect(url, protocols=protocols) as socket:
            await socket.send_json({"type": "connection_init"})
            assert (await socket.receive_json())["type"] == "connection_ack"
            await socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": document}})
            while not messages or messages[-1]["type"] == "next":
                message = await socket.receive(PATIENCE)
                if message.type is aiohttp.WSMsgType.TEXT:
                    messages.append(message.json())
                else:
                    messages.append({"type": "close", "code": message.data, "reason": message.extra})
        return messages

    return asyncio.run(main())


def test_graphql_ws_defers(graphql_ws_server: StreamServer) -> None:
    """Over graphql-transport-ws each payload of an incremental response is a next message."""
    messages = converse(graphql_ws_server.ws_url, "{ book { title ... @defer { summary } } }")
    assert [message.get("payload") for message in messages] == [
        {"data": {"book": {"title": "Emma"}}, "pending": [{"id": "0", "path": ["book"]}], "hasNext": True},
        {
            "hasNext": False,
            "incremental": [{"id": "0", "data": {"summary": "A matchmaker errs."}}],
            "completed": [{"id": "0"}],
        },
        None,
    ]
    graphql_ws_server.wait_for("ws_close", code=1000, by="client")


def test_graphql_ws_closes_at_a_syntax_error(graphql_ws_server: StreamServer) -> None:
    """A document that does not parse ends the connection, with the code of an internal error."""
    message = {"type": "close", "code": 4500, "reason": "Syntax Error: Expected Name, found <EOF>."}
    assert converse(graphql_ws_server.ws_url, "{") == [message]


@pytest.mark.parametrize(
    ("name", "field", "last"),
    [
        ("graphql-ws", "fails", {"type": "error", "payload": [{"message": "It failed after 2"}]}),
        ("strawberry", "fails", {"type": "complete"}),
        ("ariadne", "fails", {"type": "complete"}),
        ("graphql-ws", "refused", {"type": "complete"}),
        ("strawberry", "refused", {"type": "complete"}),
        ("ariadne", "refused", {"type": "error"}),
    ],
)
def test_failures_over_websockets(urls: dict[str, Url], name: str, field: str, last: dict[str, Any]) -> None:
    """A subscription that fails, and one that is refused, end by an error, or by an event with errors and complete."""
    *events, end = converse(server_at(urls[name]).ws_url, f"subscription {{ {field} }}")
    assert end == {**end, **last}
    assert ("errors" in (events[-1]["payload"] if events else {})) == (end["type"] == "complete")


def test_strawberry_refuses_defer_over_websockets(strawberry_streams: StreamServer) -> None:
    """Strawberry sends an error message."""
    (message,) = converse(strawberry_streams.ws_url, "{ book { title ... @defer { summary } } }")
    assert message["type"] == "error"


def test_dropped_connection(yoga_server: StreamServer) -> None:
    """A proxy breaks the connections that there are, on both sides, when a test wants it."""
    with TCPProxy(yoga_server.url) as proxy, reading(proxy.url, SSE, "subscription { published }") as stream:
        stream.until(b":\n\n")
        proxy.drop()
        with pytest.raises((ConnectionError, http.client.IncompleteRead)):
            stream.response.read()
        yoga_server.wait_for("ended", name="subscription published")
        assert take(proxy.url, SSE, "{ hello }").status == 200

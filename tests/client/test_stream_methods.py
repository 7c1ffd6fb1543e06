"""``stream`` and ``stream_results`` against real servers.

Apollo Server, GraphQL Yoga and Strawberry answer over HTTP, graphql-ws over a WebSocket.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLScalarType

from syncgql import (
    Client,
    ClientClosed,
    DocumentError,
    EventStreamTransport,
    ExecutionResult,
    IncrementalPiece,
    IncrementalResult,
    Middleware,
    MultipartSubscriptionTransport,
    Operation,
    RequestsHTTPTransport,
    Subscription,
    TransportError,
    TransportQueryError,
    update_schema_scalar,
)
from syncgql.pipeline.middleware import Subscribe

from ..fix_servers import PATIENCE
from ..fix_streams import StreamServer, Url, server_at

SUMMARY = "A matchmaker errs."
REVIEWS = [{"id": str(number), "text": f"Review {number}"} for number in range(1, 4)]
HELD = 'query ($gate: String!) { book { title ... @defer(label: "later") { summary held(gate: $gate) } } }'
DEFERRED = "{ book { title ... @defer { summary } } }"
FAILS = "{ book { title ... @defer { broken } ... @defer { summary(delay: 0.3) } } }"
STREAMED = "{ book { title reviews(n: 3, delay: 0.01) @stream(initialCount: 1) { id text } } }"
MUTATION = "mutation { ... @defer { add(a: 1, b: 2) } }"


@pytest.fixture(params=["yoga", "apollo", "apollo with gzip", "strawberry", "graphql-ws"])
def server(
    request: pytest.FixtureRequest,
    yoga_url: Url,
    apollo_url: Url,
    apollo_gzip_url: Url,
    strawberry_streams_url: Url,
    graphql_ws_url: Url,
) -> StreamServer:
    """Each of the servers of ``@defer`` in turn."""
    urls = {
        "yoga": yoga_url,
        "apollo": apollo_url,
        "apollo with gzip": apollo_gzip_url,
        "strawberry": strawberry_streams_url,
        "graphql-ws": graphql_ws_url,
    }
    return server_at(urls[request.param])


@pytest.fixture
def client(server: StreamServer, request: pytest.FixtureRequest) -> Iterator[Client]:
    """A client of the server, over HTTP or, for graphql-ws, a WebSocket."""
    is_websocket = request.node.callspec.params["server"] == "graphql-ws"
    with Client(server.ws_url if is_websocket else server.url) as client:
        yield client


@pytest.fixture
def gate() -> str:
    """A gate that no other test opens."""
    return uuid.uuid4().hex


def test_stream_yields_data_as_it_arrives(client: Client, server: StreamServer, gate: str) -> None:
    """The first item arrives while the server still works on the rest; then the iteration ends."""
    items = client.stream(HELD, {"gate": gate})
    assert items.next(PATIENCE) == {"book": {"title": "Emma"}}
    server.open(gate)
    assert items.next(PATIENCE) == {"book": {"title": "Emma", "summary": SUMMARY, "held": gate}}
    assert list(items) == []
    assert items.closed


def test_i20_execute_returns_the_whole(client: Client) -> None:
    """The result is the same over multipart and WebSocket and in each format, including errors."""
    assert client.execute(DEFERRED) == {"book": {"title": "Emma", "summary": SUMMARY}}
    assert client.execute(STREAMED) == {"book": {"title": "Emma", "reviews": REVIEWS}}
    assert client.submit(DEFERRED).result(PATIENCE) == {"book": {"title": "Emma", "summary": SUMMARY}}
    result = client.execute_result(FAILS)
    assert isinstance(result, IncrementalResult)
    assert not result.has_next
    assert result.data == {"book": {"title": "Emma", "summary": SUMMARY}}
    assert [error["path"] for error in result.errors or []] == [["book", "broken"]]
    with pytest.raises(TransportQueryError, match="broken") as caught:
        client.execute(FAILS)
    assert caught.value.data == result.data


def test_stream_results_have_the_pieces(client: Client, server: StreamServer, gate: str) -> None:
    """Each piece has its path, and each result says whether more will follow."""
    results = client.stream_results(HELD, {"gate": gate})
    first = results.next(PATIENCE)
    assert (first.data, first.has_next, first.incremental) == ({"book": {"title": "Emma"}}, True, ())
    server.open(gate)
    last = results.next(PATIENCE)
    assert last.incremental == (IncrementalPiece(("book",), "later", {"summary": SUMMARY, "held": gate}),)
    assert last.data == {"book": {"title": "Emma", "summary": SUMMARY, "held": gate}}
    rest = list(results)
    assert not (rest[-1] if rest else last).has_next


def test_i17_snapshots_do_not_change(client: Client) -> None:
    """Later parts do not change the lists and objects of an item."""
    taken = [(item, copy.deepcopy(item)) for item in client.stream(STREAMED)]
    assert all(item == then for item, then in taken)
    assert taken[-1][0] == {"book": {"title": "Emma", "reviews": REVIEWS}}
    assert taken[0][0] == {"book": {"title": "Emma", "reviews": REVIEWS[:1]}}


def test_a_failed_fragment_does_not_end_the_iteration(client: Client) -> None:
    """Its error is raised once, with the data so far; the fragments that follow still arrive."""
    items = client.stream(FAILS)
    raised: list[TransportQueryError] = []
    taken = []
    while True:
        try:
            taken.append(items.next(PATIENCE))
        except TransportQueryError as error:
            raised.append(error)
        except StopIteration:
            break
    assert [error.errors for error in raised] == [[raised[0].errors[0]]]
    assert raised[0].errors[0]["path"] == ["book", "broken"]
    assert raised[0].data == {"book": {"title": "Emma"}}
    assert taken[-1] == {"book": {"title": "Emma", "summary": SUMMARY}}


def test_an_ordinary_response_is_one_item(client: Client) -> None:
    """The document needs no directive, and may be a mutation."""
    assert list(client.stream("{ book { title } }")) == [{"book": {"title": "Emma"}}]
    (result,) = client.stream_results("mutation { add(a: 1, b: 2) }")
    assert (result.data, result.has_next, result.incremental) == ({"add": 3}, False, ())


def test_i21_refused_documents(client: Client) -> None:
    """The errors of the server are raised before the first item."""
    with pytest.raises(TransportQueryError, match="unknown"):
        list(client.stream("{ unknown ... @defer { book { title } } }"))
    with pytest.raises(TransportQueryError, match="unknown"):
        client.execute("{ unknown ... @defer { book { title } } }")


def test_i22_break_ends_the_operation_on_the_server(
    client: Client, server: StreamServer, request: pytest.FixtureRequest
) -> None:
    """Leaving the loop closes the connection, or completes the operation."""
    for item in client.stream("{ book { title reviews(n: 1000, delay: 0.1) @stream(initialCount: 1) { id } } }"):
        assert item["book"]["title"] == "Emma"
        break
    # It would end by itself after 100 s, which is longer than wait_for() waits. Apollo Server executes the rest even if
    # the connection is closed.
    is_apollo = "apollo" in request.node.name
    server.wait_for("aborted") if is_apollo else server.wait_for("ended", name="items")


def test_a_subscription_is_refused_by_name(client: Client) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(DocumentError, match=r"use subscribe\(\)"):
        client.stream("subscription { count }")


def test_strawberry_refuses_defer_over_websockets(strawberry_streams: StreamServer) -> None:
    """Its error is raised by the iteration, and by execute."""
    with Client(strawberry_streams.ws_url) as client:
        with pytest.raises(TransportQueryError):
            list(client.stream(DEFERRED))
        with pytest.raises(TransportQueryError):
            client.execute(DEFERRED)
        assert client.execute("{ hello }") == {"hello": "Hello world!"}


def test_a_server_without_defer(ariadne_streams: StreamServer) -> None:
    """The server reports the unknown directive."""
    with Client(ariadne_streams.url) as client, pytest.raises(TransportQueryError, match="@defer"):
        list(client.stream(DEFERRED))


def test_blocking_transport(apollo_server: StreamServer, strawberry_streams: StreamServer) -> None:
    """It reads the response as a whole, so it executes but does not stream, which its error says."""
    for server in (apollo_server, strawberry_streams):
        with Client(transport=RequestsHTTPTransport(server.url)) as client:
            assert client.execute(STREAMED) == {"book": {"title": "Emma", "reviews": REVIEWS}}
            with pytest.raises(TransportError, match=r"RequestsHTTPTransport cannot stream .* AIOHTTPTransport"):
                client.stream(DEFERRED)


def test_event_stream_transport(graphql_sse_server: StreamServer, yoga_server: StreamServer) -> None:
    """Each part is an event; graphql-sse accepts nothing but SSE."""
    for server in (graphql_sse_server, yoga_server):
        with Client(transport=EventStreamTransport(server.url)) as client:
            assert list(client.stream(DEFERRED))[-1] == {"book": {"title": "Emma", "summary": SUMMARY}}
            assert client.execute(STREAMED) == {"book": {"title": "Emma", "reviews": REVIEWS}}


def test_multipart_transport(strawberry_streams: StreamServer) -> None:
    """It requests a response in parts like a subscription."""
    with Client(transport=MultipartSubscriptionTransport(strawberry_streams.url)) as client:
        assert list(client.stream(DEFERRED))[-1] == {"book": {"title": "Emma", "summary": SUMMARY}}
        assert client.execute(STREAMED) == {"book": {"title": "Emma", "reviews": REVIEWS}}


def test_a_client_with_options(yoga_server: StreamServer) -> None:
    """Retries, headers, schema files and middleware work as for other calls."""
    seen: list[str] = []

    class Noting(Middleware):
        def subscribe(self, operation: Operation, call_next: Subscribe) -> Subscription[ExecutionResult]:
            seen.append(operation.kind)
            return call_next(operation.replace(headers={"X-Step": "yes"}))

    with Client(yoga_server.url, middleware=[Noting()], retry=True, deduplicate=True, batch_interval=0.01) as client:
        assert list(client.stream(DEFERRED))[-1] == {"book": {"title": "Emma", "summary": SUMMARY}}
        assert client.execute(DEFERRED) == {"book": {"title": "Emma", "summary": SUMMARY}}
    assert seen == ["query"]
    assert "yes" in {entry["headers"].get("x-step") for entry in yoga_server.seen("request")}


def test_scalars_of_snapshots_are_parsed(yoga_server: StreamServer) -> None:
    """Each snapshot has its own values, so that none is parsed twice."""
    schema = (Path(__file__).parent.parent / "servers/streams.graphql").read_text() + "scalar Text"
    schema = schema.replace("text: String!", "text: Text!")
    schema += """
        directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD
    """
    with Client(yoga_server.url, schema=schema, parse_results=True) as client:
        update_schema_scalar(client.schema, "Text", GraphQLScalarType("Text", parse_value=lambda text: [text]))
        *_, last = client.stream(STREAMED)
        assert [review["text"] for review in last["book"]["reviews"]] == [[review["text"]] for review in REVIEWS]
        with pytest.raises(DocumentError, match="unknown"):
            client.stream("{ unknown ... @defer { book { title } } }")


def test_closing_the_client_ends_the_iteration(yoga_server: StreamServer, gate: str) -> None:
    """The iteration ends in the same way as that of a subscription."""
    client = Client(yoga_server.url)
    items = client.stream(HELD, {"gate": gate})
    assert items.next(PATIENCE) == {"book": {"title": "Emma"}}
    client.close()
    assert list(items) == []
    with pytest.raises(ClientClosed):
        client.stream(HELD, {"gate": gate})

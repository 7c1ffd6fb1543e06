"""execute_batch, of the client and of the transport itself."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from typing import Any

import pytest

from syncgql import (
    AIOHTTPTransport,
    AsyncTransport,
    Client,
    ClientClosed,
    DocumentError,
    ExecutionResult,
    GraphQLRequest,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
    gql,
)

from ..fix_servers import Server
from ..servers.wire import WireConnection, WireServer, always, answer
from .asynchronous import in_loop

HELLO = "query Greet($name: String!) { hello(name: $name) }"


@pytest.fixture
def client(strawberry_server: Server) -> Iterator[Client]:
    with Client(strawberry_server.url) as client:
        yield client


def test_b01_one_post_with_an_array_in_call_order(client: Client, strawberry_server: Server) -> None:
    """Each element is the same as in a single request, in any form."""
    third = gql("{ books { id } }").document
    requests: list[Any] = ["{ hello }", GraphQLRequest(HELLO, {"name": "Zoë"}, "Greet"), third]
    client.execute_batch(requests)
    [entry] = strawberry_server.seen("request")
    assert entry["method"] == "POST"
    assert entry["headers"]["content-type"] == "application/json"
    assert json.loads(entry["body"]) == [
        {"query": "{ hello }"},
        {"query": HELLO, "variables": {"name": "Zoë"}, "operationName": "Greet"},
        {"query": "{\n  books {\n    id\n  }\n}"},
    ]


def test_b02_responses_in_the_order_of_the_requests(client: Client) -> None:
    """This includes mutations, and a batch of one, which is still an array."""
    requests = [GraphQLRequest(HELLO, {"name": str(number)}) for number in range(10)]
    assert client.execute_batch(requests) == [{"hello": f"Hello {number}!"} for number in range(10)]
    assert client.execute_batch(requests[:1]) == [{"hello": "Hello 0!"}]
    mutation = 'mutation { addBook(title: "B") { title } }'
    assert client.execute_batch((mutation, mutation)) == [{"addBook": {"title": "B"}}] * 2


def test_b05_an_error_is_raised_with_its_number_and_hides_nothing(client: Client) -> None:
    """execute_batch raises the first error; execute_batch_results returns all, with their responses."""
    requests = ["{ hello }", "{ hello fail }", "{ nope }"]
    with pytest.raises(TransportQueryError, match=r"^Request 2 of 3: It failed \(at fail\)$") as caught:
        client.execute_batch(requests)
    assert caught.value.data == {"hello": "Hello world!", "fail": None}
    good, partial, bad = client.execute_batch_results(requests)
    assert isinstance(good, ExecutionResult)
    assert isinstance(partial, ExecutionResult)
    assert isinstance(bad, ExecutionResult)
    assert (good.data, good.errors) == ({"hello": "Hello world!"}, None)
    assert partial.errors == caught.value.errors
    assert bad.errors is not None
    assert "nope" in bad.errors[0]["message"]
    assert good.response is not None
    assert (good.response.status, good.response.url) == (200, client_url(client))


def client_url(client: Client) -> str:
    return repr(client).removeprefix("<Client ").removesuffix(">")


def test_b05_an_entry_that_is_not_a_response_does_not_hide_the_others() -> None:
    """Its exception takes its place; execute_batch raises it."""
    body = b'[{"data": {"a": 1}}, "oops", {"errors": [{"message": "No"}]}]'
    with WireServer(always(answer(body))) as server, Client(server.url) as client:
        first, second, third = client.execute_batch_results(["{ a }"] * 3)
        assert isinstance(first, ExecutionResult)
        assert isinstance(second, TransportProtocolError)
        assert isinstance(third, ExecutionResult)
        assert (first.data, third.errors) == ({"a": 1}, [{"message": "No"}])
        with pytest.raises(TransportProtocolError, match="entry 2 is not a GraphQL response"):
            client.execute_batch(["{ a }"] * 3)


def test_b03_b04_b06_b07_responses_over_the_wire() -> None:
    """A wrong number of entries, one object for all, an array with status 400, and wrapped entries."""
    refusal = b'{"errors": [{"message": "Batching is off"}]}'
    answers = [
        answer(b'[{"data": {"a": 1}}]'),
        answer(refusal, status="400 Bad Request"),
        answer(b'[{"data": {"a": 1}}, ' + refusal + b"]", status="400 Bad Request"),
        answer(b'[{"id": "0", "payload": {"data": {"a": 1}}}, {"id": "1", "payload": {"data": {"b": 2}}}]'),
        answer(b"<html>Bad Gateway</html>", status="502 Bad Gateway", content_type="text/html"),
    ]
    with WireServer(always(*answers)) as server, Client(server.url) as client:
        with pytest.raises(TransportProtocolError, match="1 entries for 2 requests"):
            client.execute_batch_results(["{ a }", "{ b }"])
        for result in client.execute_batch_results(["{ a }", "{ b }"]):
            assert isinstance(result, ExecutionResult)
            assert result.errors == [{"message": "Batching is off"}]
        good, bad = client.execute_batch_results(["{ a }", "{ b }"])
        assert isinstance(good, ExecutionResult)
        assert isinstance(bad, ExecutionResult)
        assert (good.data, bad.errors) == ({"a": 1}, [{"message": "Batching is off"}])
        assert client.execute_batch(["{ a }", "{ b }"]) == [{"a": 1}, {"b": 2}]
        with pytest.raises(TransportServerError, match="HTTP 502"):
            client.execute_batch_results(["{ a }", "{ b }"])


def test_real_refusals(strawberry_server: Server, ariadne_server: Server) -> None:
    """Strawberry refuses too many requests in plain text; Ariadne has no batches, and responds with one error."""
    with Client(strawberry_server.url) as client, pytest.raises(TransportServerError, match="Too many operations"):
        client.execute_batch(["{ hello }"] * 11)
    with Client(ariadne_server.url) as client:
        with pytest.raises(TransportQueryError, match="Operation data should be a JSON object"):
            client.execute_batch(["{ hello }"] * 2)
        assert len(client.execute_batch_results(["{ hello }"] * 2)) == 2


def test_b08_b13_invalid_batches_are_refused_before_the_network(client: Client, strawberry_server: Server) -> None:
    """Subscriptions, @defer, empty batches, and values that are not lists are refused."""
    with pytest.raises(DocumentError, match="Request 2 of 2 in the batch is a subscription"):
        client.execute_batch(["{ hello }", "subscription { count }"])
    with pytest.raises(DocumentError, match="uses @defer"):
        client.execute_batch_results(["{ ... @defer { hello } }"])
    with pytest.raises(DocumentError, match="at least one"):
        client.execute_batch([])
    with pytest.raises(TypeError, match="A batch must be a list of requests, not str"):
        client.execute_batch("{ hello }")
    with pytest.raises(TypeError, match="not int"):
        client.execute_batch(["{ hello }", 1])  # type: ignore[arg-type]
    with pytest.raises(DocumentError, match="cannot be sent by GET"):
        client.execute_batch(["{ hello }"], extra_args={"method": "GET"})
    with pytest.raises(DocumentError, match="bad"):
        client.execute_batch([GraphQLRequest("{ hello }", {"bad": {1}})])
    assert strawberry_server.seen() == []


def test_options_of_the_call(strawberry_server: Server) -> None:
    """Headers, the time limit, and arguments for aiohttp apply; GET for queries does not apply to batches."""
    query = "query ($name: String!) { header(name: $name) }"
    with Client(strawberry_server.url, headers={"X-A": "client"}, use_get_for_queries=True) as client:
        both = [GraphQLRequest(query, {"name": "x-a"}), GraphQLRequest(query, {"name": "x-b"})]
        result = client.execute_batch(both, headers={"x-a": "call"}, extra_args={"headers": {"X-B": "extra"}})
        assert result == [{"header": "call"}, {"header": "extra"}]

        def call() -> None:
            with pytest.raises(TransportTimeout, match=r"^timeout expired after 1\.5 s"):
                client.execute_batch(["{ hello }", "{ sleep(seconds: 60) }"], timeout=1.5)

        strawberry_server.until_seen("sleep_started", call)
        strawberry_server.wait_for("sleep_cancelled")


def test_a_schema_counts_for_each_request(strawberry_server: Server) -> None:
    """Documents are validated before anything is sent."""
    with Client(strawberry_server.url, schema="type Query { hello: String }") as client:
        with pytest.raises(DocumentError, match="nope"):
            client.execute_batch(["{ hello }", "{ nope }"])
        assert client.execute_batch(["{ hello }"]) == [{"hello": "Hello world!"}]
    assert len(strawberry_server.seen("request")) == 1


def test_transports_without_batches(strawberry_server: Server) -> None:
    """WebSockets do not support batches."""
    with Client(strawberry_server.ws_url) as client, pytest.raises(TransportError, match="cannot send batches"):
        client.execute_batch(["{ hello }"])


def test_a_closed_client_raises(client: Client) -> None:
    client.close()
    for call in client.execute_batch, client.execute_batch_results:
        with pytest.raises(ClientClosed):
            call(["{ hello }"])


def test_a_batch_is_sent_again_only_if_all_of_it_may_be() -> None:
    """On a kept connection that ends, queries are resent; a batch with a mutation is not."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer(b'[{"data": {"ok": true}}]'))
        connection.read_request()

    again = always(answer(b'[{"data": {"ok": true}}, {"data": {"ok": true}}]'))
    for requests, count in (["{ a }", "{ b }"], 3), (["{ a }", "mutation { b }"], 2):
        with WireServer(script, again) as server, Client(server.url) as client:
            client.execute_batch(["{ a }"])
            if count == 3:
                assert client.execute_batch(requests) == [{"ok": True}] * 2
            else:
                with pytest.raises(TransportConnectionFailed):
                    client.execute_batch(requests)
            assert len(server.requests) == count


@in_loop
async def test_the_transport_without_a_client(strawberry_server: Server) -> None:
    """In asyncio code: a list of results, including errors; functions for headers are not called on the loop."""
    threads: list[threading.Thread] = []

    def headers() -> dict[str, str]:
        threads.append(threading.current_thread())
        return {}

    transport = AIOHTTPTransport(strawberry_server.url, headers=headers)
    try:
        results = await transport.execute_batch([GraphQLRequest("{ hello }"), GraphQLRequest("{ nope }")])
        assert results[0].data == {"hello": "Hello world!"}
        assert results[1].errors
        with pytest.raises(DocumentError, match="at least one"):
            await transport.execute_batch([], {})
    finally:
        await transport.close()
    assert threading.main_thread() not in threads


def test_a_transport_of_the_user_may_support_batches() -> None:
    """Defining the coroutine execute_batch is sufficient; it must return as many results as requests."""

    class Counting(AsyncTransport):
        answers = 2

        async def connect(self) -> None: ...

        async def close(self) -> None: ...

        async def execute(
            self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None
        ) -> ExecutionResult:
            return ExecutionResult({"alone": True})

        async def execute_batch(
            self, reqs: Sequence[GraphQLRequest], extra_args: Mapping[str, Any] | None = None
        ) -> list[ExecutionResult]:
            return [ExecutionResult({"n": number, **(extra_args or {})}) for number in range(self.answers)]

        async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
            raise NotImplementedError
            yield

    with Client(transport=Counting()) as client:
        assert client.execute_batch(["{ a }", "{ b }"], extra_args={"x": 1}) == [{"n": 0, "x": 1}, {"n": 1, "x": 1}]
        with pytest.raises(TransportError, match="returned 2 results for 1 requests"):
            client.execute_batch(["{ a }"])
        with pytest.raises(TransportError, match="does not accept headers"):
            client.execute_batch(["{ a }"], headers={"a": "b"})
        with pytest.raises(DocumentError, match="is a subscription"):
            client.execute_batch(["subscription { a }"])

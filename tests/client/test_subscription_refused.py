"""Methods for queries and mutations refuse a subscription before anything is sent.

Strawberry executes it like a query: a nullable field is null, without an error. Over a WebSocket, it would return
the first event and lose the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from syncgql import Client, DocumentError, ExecutionResult, GraphQLRequest, Middleware, Operation, TypedRequest, gql
from syncgql.transport.requests import RequestsHTTPTransport

from ..servers.wire import WireServer, always, answer

TICK = "subscription { tick }"
PAGES = "subscription ($after: String) { ticks(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }"
REFUSED = r"The operation is a subscription, .*client\.subscribe\(\)"

Call = Callable[[Client], object]

CALLS: dict[str, Call] = {
    "execute": lambda client: client.execute(TICK),
    "execute gql": lambda client: client.execute(gql(TICK)),
    "execute parsed": lambda client: client.execute(gql(TICK).document),
    "execute typed": lambda client: client.execute(TypedRequest(TICK, dict[str, Any])),
    "execute_result": lambda client: client.execute_result(TICK),
    "submit": lambda client: client.submit(TICK),
    "execute_many": lambda client: list(client.execute_many([TICK])),
    "poll": lambda client: next(client.poll(TICK, interval=0)),
    "paginate": lambda client: list(client.paginate(PAGES)),
    "paginate without a connection": lambda client: list(client.paginate(TICK)),
}


class Never(Middleware):
    """Fails the test if an operation reaches it."""

    def execute(self, operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
        raise AssertionError(operation)


@pytest.fixture
def server() -> Iterator[WireServer]:
    with WireServer(always(answer())) as server:
        yield server


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    "make",
    [
        lambda url: Client(url),
        lambda url: Client(url, fetch_schema_from_transport=True),
        lambda url: Client(url, middleware=[Never()]),
        lambda url: Client(url, batch_interval=60),
        lambda url: Client(url, persisted_documents="automatic"),
        lambda url: Client(transport=RequestsHTTPTransport(url)),
        lambda url: Client(url.replace("http:", "ws:")),
    ],
    ids=["HTTP", "schema", "middleware", "batching", "persisted", "requests", "WebSocket"],
)
def test_a_subscription_is_refused_before_the_network(
    server: WireServer, make: Callable[[str], Client], call: Call
) -> None:
    """Not even the schema is fetched, and middleware does not see the operation."""
    with make(server.url) as client, pytest.raises(DocumentError, match=REFUSED):
        call(client)
    assert server.requests == []


def test_the_operation_to_run_counts(server: WireServer) -> None:
    """A document may contain a subscription besides the operation that ``operation_name`` selects."""
    document = "query Q { ok } subscription S { tick }"
    with Client(server.url) as client:
        assert client.execute(document, operation_name="Q") == {"ok": True}
        assert client.submit(GraphQLRequest(document, operation_name="Q")).result() == {"ok": True}
        with pytest.raises(DocumentError, match=REFUSED):
            client.execute(document, operation_name="S")
        with pytest.raises(DocumentError, match=REFUSED):
            client.execute_result(GraphQLRequest(document), operation_name="S")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "document",
    [
        "{ subscription }",
        "query subscription { ok }",
        "{ ok } # subscription { tick }",
        '{ ok(text: "subscription { tick }") }',
        "subscription {",
        "query Q { ok } subscription S { tick }",
    ],
    ids=["field", "name", "comment", "string", "syntax error", "ambiguous"],
)
def test_the_word_alone_is_not_refused(server: WireServer, document: str) -> None:
    """The server reports the errors of a document that is invalid or has no single operation."""
    with Client(server.url) as client:
        assert client.execute(document) == {"ok": True}
        assert list(client.execute_many([document])) == [{"ok": True}]


def test_one_of_many_is_refused(server: WireServer) -> None:
    """Its failure is returned like any other; the rest is sent."""
    with Client(server.url) as client:
        first, second = client.execute_many([TICK, "{ ok }"], on_error="return")
    assert isinstance(first.error, DocumentError)
    assert second == {"ok": True}
    assert len(server.requests) == 1

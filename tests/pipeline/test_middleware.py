"""Middleware around every way in which a client runs an operation, on a real server."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import graphql
import pytest

from syncgql import (
    Client,
    ClientClosed,
    DocumentError,
    ExecutionResult,
    GraphQLRequest,
    LocalSchemaTransport,
    Middleware,
    Operation,
    RequestsHTTPTransport,
    RetryPolicy,
    Subscription,
    TransportConnectionFailed,
    TransportError,
    TransportTimeout,
)
from syncgql.deadline import Deadline
from syncgql.testing import GraphQLMock

from ..fix_servers import Server
from ..servers.wire import WireServer, always, answer

QUERY = "query Title { book(id: 1) { title } }"
user: ContextVar[str] = ContextVar("user", default="")
Execute = Callable[[Operation], ExecutionResult]


class Recorder(Middleware):
    """Records what it sees."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str | None]] = []
        self.batches: list[int] = []

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        self.seen.append((operation.kind, operation.name))
        return call_next(operation)

    def execute_batch(self, operations: Sequence[Operation], call_next: Any) -> Any:
        self.batches.append(len(operations))
        return call_next(operations)

    def subscribe(self, operation: Operation, call_next: Any) -> Subscription[ExecutionResult]:
        self.seen.append((operation.kind, operation.name))
        subscription: Subscription[ExecutionResult] = call_next(operation)
        return subscription


class Picklable(Middleware):
    """Has a class that pickle finds."""

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        return call_next(operation.replace(headers={"X-User": "ada"}))


@pytest.fixture
def wire_server() -> Any:
    with WireServer(always(answer())) as server:
        yield server


def test_every_way_to_run_an_operation_is_seen(strawberry_server: Server) -> None:
    """execute, execute_result, submit, execute_many, a proxy, introspection and subscriptions."""
    recorder = Recorder()
    with Client(strawberry_server.url, middleware=[recorder], fetch_schema_from_transport=True) as client:
        assert client.execute(QUERY) == {"book": {"title": "Emma"}}
        client.execute_result(QUERY)
        assert client.submit(QUERY).result(30) == {"book": {"title": "Emma"}}
        assert list(client.execute_many([QUERY])) == [{"book": {"title": "Emma"}}]
        assert client.query.book("title", id="1")["title"] == "Emma"
        with client.subscribe("subscription Count { count(to: 2) }") as events:
            assert [event["count"] for event in events] == [1, 2]
    requests = [each for each in recorder.seen if each[0] != "introspection"]
    assert len(requests) < len(recorder.seen)
    assert requests == [*4 * [("query", "Title")], ("query", "book"), ("subscription", "Count")]


def test_a_batch_is_seen_once() -> None:
    """The middleware gets its operations together."""
    recorder = Recorder()
    both = answer(b'[{"data": {"ok": 1}}, {"data": {"ok": 2}}]')
    with WireServer(always(both)) as server, Client(server.url, middleware=[recorder]) as client:
        assert client.execute_batch([QUERY, QUERY]) == [{"ok": 1}, {"ok": 2}]
    assert recorder.batches == [2]
    assert recorder.seen == []


class AttemptRecorder(Middleware):
    """Records the attempts, and adds a header to each."""

    def __init__(self) -> None:
        self.calls = 0
        self.attempts: list[int] = []

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        self.calls += 1
        return call_next(operation)

    def attempt(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        self.attempts.append(operation.attempt)
        return call_next(operation.replace(headers={"X-Attempt": str(operation.attempt)}))

    def attempt_batch(self, operations: Sequence[Operation], call_next: Any) -> Any:
        self.attempts.append(operations[0].attempt)
        return call_next([operation.replace(headers={"X-Attempt": "batch"}) for operation in operations])


BUSY = answer(b"", status="503 Busy")


def test_each_attempt_is_seen() -> None:
    """The call is seen once, and may change each attempt on its own."""
    recorder = AttemptRecorder()
    with (
        WireServer(always(BUSY, answer())) as server,
        Client(server.url, middleware=[recorder], retry=RetryPolicy(base=0)) as client,
    ):
        client.execute(QUERY)
    assert (recorder.calls, recorder.attempts) == (1, [1, 2])
    assert [request.header("x-attempt") for request in server.requests] == ["1", "2"]


def test_each_attempt_of_a_batch_is_seen() -> None:
    """A batch has a separate method."""
    recorder = AttemptRecorder()
    whole = answer(b'[{"data": {"ok": 1}}, {"data": {"ok": 2}}]')
    with (
        WireServer(always(BUSY, whole)) as server,
        Client(server.url, middleware=[recorder], retry=RetryPolicy(base=0)) as client,
    ):
        client.execute_batch([QUERY, QUERY])
    assert recorder.attempts == [1, 2]
    assert [request.header("x-attempt") for request in server.requests] == ["batch"] * 2


def test_without_retries_there_is_one_attempt(wire_server: WireServer) -> None:
    """A submitted call has a single attempt, too."""
    recorder = AttemptRecorder()
    with Client(wire_server.url, middleware=[recorder]) as client:
        client.submit(QUERY).result(30)
    assert (recorder.calls, recorder.attempts) == (1, [1])


def test_a_wrong_result_of_an_attempt(wire_server: WireServer) -> None:
    """The exception names the middleware."""

    class Forgetful(Middleware):
        def attempt(self, operation: Operation, call_next: Execute) -> ExecutionResult:
            return None  # type: ignore[return-value]

        def __repr__(self) -> str:
            return "Forgetful()"

    client = Client(wire_server.url, middleware=[Forgetful()])
    with client, pytest.raises(TypeError, match=r"the attempts of Forgetful\(\) must return ExecutionResult"):
        client.execute(QUERY)


def test_the_first_is_outermost(wire_server: WireServer) -> None:
    """The order is that of the list, on the way there and back."""
    order: list[str] = []

    def outer(operation: Operation, call_next: Execute) -> ExecutionResult:
        order.append("outer begins")
        result = call_next(operation)
        order.append("outer ends")
        return result

    def inner(operation: Operation, call_next: Execute) -> ExecutionResult:
        order.append("inner")
        return call_next(operation)

    with Client(wire_server.url, middleware=[outer, inner]) as client:
        client.execute("{ ok }")
    assert order == ["outer begins", "inner", "outer ends"]


def test_headers_and_requests_can_be_changed(wire_server: WireServer) -> None:
    """The changed operation is sent."""

    def change(operation: Operation, call_next: Execute) -> ExecutionResult:
        request = GraphQLRequest(operation.request.text, {"n": 1})
        return call_next(operation.replace(headers={"X-Trace": "7"}, request=request))

    with Client(wire_server.url, middleware=[change]) as client:
        client.execute("query ($n: Int) { ok(n: $n) }")
    assert wire_server.requests[0].header("x-trace") == "7"
    assert b'"variables":{"n":1}' in wire_server.requests[0].body


def test_the_deadline_can_be_changed(strawberry_server: Server) -> None:
    """A middleware may give a call less time."""

    def hurry(operation: Operation, call_next: Execute) -> ExecutionResult:
        return call_next(operation.replace(deadline=Deadline(0.2, "hurry")))

    with Client(strawberry_server.url, middleware=[hurry]) as client:
        with pytest.raises(TransportTimeout, match="hurry") as caught:
            client.execute("{ sleep(seconds: 600) }", timeout=60)
        assert (caught.value.limit, caught.value.seconds) == ("hurry", 0.2)


def test_a_result_without_a_request(wire_server: WireServer) -> None:
    """A middleware that does not call the next one returns its own result."""
    with Client(wire_server.url, middleware=[lambda operation, call_next: ExecutionResult({"ok": 2})]) as client:
        assert client.execute("{ ok }") == {"ok": 2}
    assert wire_server.requests == []


def test_two_requests_for_one_call(wire_server: WireServer) -> None:
    """The next step may be called more than once."""

    def twice(operation: Operation, call_next: Execute) -> ExecutionResult:
        call_next(operation)
        return call_next(operation.replace(attempt=2))

    with Client(wire_server.url, middleware=[twice]) as client:
        client.execute("{ ok }")
    assert len(wire_server.requests) == 2


def test_an_exception_of_a_middleware_reaches_the_caller(wire_server: WireServer) -> None:
    """It is raised as it is, also from a future."""

    def refuse(operation: Operation, call_next: Execute) -> ExecutionResult:
        raise PermissionError("not today")

    with Client(wire_server.url, middleware=[refuse]) as client:
        with pytest.raises(PermissionError, match="not today"):
            client.execute("{ ok }")
        with pytest.raises(PermissionError, match="not today"):
            client.submit("{ ok }").result(30)


def test_a_failure_passes_through() -> None:
    """A middleware can catch exceptions of later steps."""
    caught: list[TransportError] = []

    def watch(operation: Operation, call_next: Execute) -> ExecutionResult:
        try:
            return call_next(operation)
        except TransportError as error:
            caught.append(error)
            raise

    with Client("http://127.0.0.1:9/", middleware=[watch]) as client:
        with pytest.raises(TransportConnectionFailed) as info:
            client.execute("{ ok }")
        assert caught == [info.value]


def test_events_of_a_subscription_can_be_changed(strawberry_server: Server) -> None:
    """map() calls a function for each event."""

    class Doubling(Middleware):
        def subscribe(self, operation: Operation, call_next: Any) -> Subscription[ExecutionResult]:
            subscription: Subscription[ExecutionResult] = call_next(operation)
            return subscription.map(lambda result: ExecutionResult({"count": 2 * result.data["count"]}))

    with (
        Client(strawberry_server.url, middleware=[Doubling()]) as client,
        client.subscribe("subscription { count(to: 3) }") as events,
    ):
        assert [event["count"] for event in events] == [2, 4, 6]


def test_with_a_blocking_transport(strawberry_server: Server) -> None:
    """The steps are the same whatever sends the request."""
    recorder = Recorder()
    transport = RequestsHTTPTransport(strawberry_server.url)
    with Client(transport=transport, middleware=[recorder]) as client:
        client.execute(QUERY)
        client.submit(QUERY).result(30)
    assert recorder.seen == 2 * [("query", "Title")]


def test_with_a_local_schema() -> None:
    """A schema in this process is a server like any other."""
    recorder = Recorder()
    schema = graphql.build_schema("type Query { ok: Boolean }")
    with Client(transport=LocalSchemaTransport(schema, root_value={"ok": True}), middleware=[recorder]) as client:
        assert client.execute("{ ok }") == {"ok": True}
    assert recorder.seen == [("query", None)]


def test_with_a_mock(graphql_mock: GraphQLMock) -> None:
    """The middleware runs in front of scripted answers."""
    recorder = Recorder()
    graphql_mock.add("Ok", {"ok": True})
    with Client("https://api.example.test/graphql", middleware=[recorder]) as client:
        client.execute("query Ok { ok }")
    assert recorder.seen == [("query", "Ok")]


def test_a_client_with_middleware_can_be_pickled(wire_server: WireServer) -> None:
    """If its middleware can."""
    with pickle.loads(pickle.dumps(Client(wire_server.url, middleware=[Picklable()]))) as client:
        client.execute("{ ok }")
    assert wire_server.requests[0].header("x-user") == "ada"


def test_a_submitted_operation_runs_in_the_context_of_its_caller(wire_server: WireServer) -> None:
    """A middleware finds what belongs to the request that is being served."""

    def forward(operation: Operation, call_next: Execute) -> ExecutionResult:
        return call_next(operation.replace(headers={"X-User": user.get()}))

    user.set("ada")
    with Client(wire_server.url, middleware=[forward]) as client:
        client.submit("{ ok }").result(30)
    assert wire_server.requests[0].header("x-user") == "ada"


def test_a_submitted_operation_after_the_end(wire_server: WireServer) -> None:
    """A closed client refuses operations; a reopened client accepts them."""
    client = Client(wire_server.url, middleware=[Recorder()])
    with client:
        client.submit("{ ok }").result(30)
    with pytest.raises(ClientClosed):
        client.submit("{ ok }")
    with client:
        client.submit("{ ok }").result(30)


# -- bad input


class AsyncMiddleware(Middleware):
    """The methods of an asyncio client's middleware."""

    async def execute(self, operation: Operation, call_next: Any) -> Any:  # type: ignore[override]
        """Never run."""


class ShortMiddleware(Middleware):
    """A method without ``call_next``."""

    def subscribe(self, operation: Operation) -> Any:  # type: ignore[override]
        """Never run."""


class AsyncAttempts(Middleware):
    """A method around attempts that needs an event loop."""

    async def attempt(self, operation: Operation, call_next: Any) -> Any:  # type: ignore[override]
        """Never run."""


@pytest.mark.parametrize(
    ("middleware", "message"),
    [
        ([AsyncAttempts()], "attempt of .*AsyncAttempts.* must be a function .* and not an async one"),
        ([AsyncMiddleware()], "execute of .*AsyncMiddleware.* must be a function .* and not an async one"),
        ([ShortMiddleware()], "subscribe of .*ShortMiddleware.* must be a function of two parameters"),
        (Middleware(), "middleware must be a list of middleware, not Middleware"),
        ("retry", "middleware must be a list of middleware, not str"),
        (3, "middleware must be a list of middleware, not int"),
        ([Middleware], r"middleware has the class Middleware; pass an object, Middleware\(\)"),
        ([None], "an entry of middleware must be a function"),
        ([lambda operation: operation], "an entry of middleware must be a function"),
    ],
)
def test_objects_that_are_not_middleware(middleware: Any, message: str) -> None:
    """It is refused when the client is created."""
    with pytest.raises(TypeError, match=message):
        Client("https://api.example.test/graphql", middleware=middleware)


def test_a_syntax_error_in_a_document_with_a_name(wire_server: WireServer) -> None:
    """Asking for the kind of an invalid document raises an error that explains it."""
    with (
        Client(wire_server.url, middleware=[Recorder()]) as client,
        pytest.raises(DocumentError, match="Syntax Error"),
    ):
        client.execute("query {")

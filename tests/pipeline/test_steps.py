"""Steps: the values that the user's middleware may pass on and return."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from syncgql import Client, ExecutionResult, GraphQLRequest, Middleware, Operation

from ..fix_servers import Server
from ..servers.wire import WireServer, always, answer

Execute = Callable[[Operation], ExecutionResult]


@pytest.fixture
def wire_server() -> Any:
    with WireServer(always(answer())) as server:
        yield server


def test_a_result_that_is_none(wire_server: WireServer) -> None:
    """The usual mistake: the result of the next step is not returned."""

    def forgetful(operation: Operation, call_next: Any) -> Any:
        call_next(operation)

    with (
        Client(wire_server.url, middleware=[forgetful]) as client,
        pytest.raises(TypeError, match="forgetful must return ExecutionResult, not None; does it lack 'return"),
    ):
        client.execute("{ ok }")


def test_a_result_of_another_type(wire_server: WireServer) -> None:
    """A dict is not a result."""

    def data_only(operation: Operation, call_next: Any) -> Any:
        return call_next(operation).data

    with (
        Client(wire_server.url, middleware=[data_only]) as client,
        pytest.raises(TypeError, match=r"data_only must return ExecutionResult, not dict\."),
    ):
        client.execute("{ ok }")


def test_another_kind_of_operation(wire_server: WireServer) -> None:
    """A query must stay a query, because earlier decisions depend on it."""

    def mutate(operation: Operation, call_next: Execute) -> ExecutionResult:
        return call_next(operation.replace(request=GraphQLRequest("mutation { ok }")))

    with (
        Client(wire_server.url, middleware=[mutate]) as client,
        pytest.raises(TypeError, match="mutate replaced a query with a mutation"),
    ):
        client.execute("{ ok }")
    assert wire_server.requests == []


def test_no_operation_for_the_next_step(wire_server: WireServer) -> None:
    """The request alone is not the operation."""

    def unpack(operation: Operation, call_next: Any) -> Any:
        return call_next(operation.request)

    with (
        Client(wire_server.url, middleware=[unpack]) as client,
        pytest.raises(TypeError, match="unpack passed GraphQLRequest to call_next, which needs the operation"),
    ):
        client.execute("{ ok }")


def test_fewer_results_than_operations(wire_server: WireServer) -> None:
    """A batch has a result for each operation."""

    class Shortening(Middleware):
        def execute_batch(self, operations: Sequence[Operation], call_next: Any) -> Any:
            return [ExecutionResult({})]

    with (
        Client(wire_server.url, middleware=[Shortening()]) as client,
        pytest.raises(TypeError, match="returned 1 results for 2 operations"),
    ):
        client.execute_batch(["{ ok }", "{ ok }"])


def test_one_operation_in_place_of_a_batch(wire_server: WireServer) -> None:
    """An operation is a tuple, but not a list of operations."""

    class First(Middleware):
        def execute_batch(self, operations: Sequence[Operation], call_next: Any) -> Any:
            return call_next(operations[0])

    with (
        Client(wire_server.url, middleware=[First()]) as client,
        pytest.raises(TypeError, match="passed Operation to call_next, which needs the list of all operations"),
    ):
        client.execute_batch(["{ ok }", "{ ok }"])


def test_an_entry_of_a_batch_that_is_not_a_result(wire_server: WireServer) -> None:
    """Entries are results, or the errors in their places."""

    class Data(Middleware):
        def execute_batch(self, operations: Sequence[Operation], call_next: Any) -> Any:
            return [{"ok": True} for _ in operations]

    with (
        Client(wire_server.url, middleware=[Data()]) as client,
        pytest.raises(TypeError, match=r"Each entry of execute_batch\(\) of .* must return ExecutionResult, not dict"),
    ):
        client.execute_batch(["{ ok }", "{ ok }"])


def test_an_event_that_is_not_a_result(strawberry_server: Server) -> None:
    """A function for map() that forgets to return is named when the event is read."""

    class Forgetful(Middleware):
        def subscribe(self, operation: Operation, call_next: Any) -> Any:
            return call_next(operation).map(lambda result: None)

    with (
        Client(strawberry_server.url, middleware=[Forgetful()]) as client,
        client.subscribe("subscription { count(to: 1) }") as events,
        pytest.raises(TypeError, match=r"passes to map\(\) must return ExecutionResult, not None"),
    ):
        next(events)

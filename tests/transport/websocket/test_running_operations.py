"""The operations of one socket: what messages of the server mean for them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from syncgql import ExecutionResult, GraphQLRequest, TransportError, TransportProtocolError
from syncgql.protocol.close_codes import RetryDecision
from syncgql.protocol.graphql_transport_ws import GraphQLTransportWS
from syncgql.protocol.masking import Mask
from syncgql.protocol.websocket_events import Completed, Failed, SingleResult, Started, Unreadable
from syncgql.transport.async_event_sink import AsyncEventSink
from syncgql.transport.websocket.active_operation import ActiveOperation
from syncgql.transport.websocket.running_operations import Confirmations, OperationListener, RunningOperations

from ..asynchronous import in_loop

LIMIT = {"message": "Subscription limit reached"}


class Recorder(OperationListener):
    """Records what it receives."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def started(self, operation: ActiveOperation) -> None:
        self.calls.append(("started", operation.id))

    def finished(
        self, operation: ActiveOperation, error: TransportError | None, decision: RetryDecision = RetryDecision.NO
    ) -> None:
        self.calls.append(("finished", operation.id, None if error is None else str(error), decision))

    def rejected(self, operation: ActiveOperation, error: TransportError) -> None:
        self.calls.append(("rejected", operation.id, str(error)))


class Socket:
    """Running operations on an acknowledged connection, with what they report and send."""

    def __init__(self) -> None:
        self.protocol = GraphQLTransportWS()
        self.protocol.connection_init(None)
        self.protocol.receive('{"type": "connection_ack"}')
        self.listener = Recorder()
        self.sent: list[str] = []
        self.running = RunningOperations(
            "wss://example.com", self.protocol, self.listener, Mask({}, "", None, None), None, self.sent.append
        )

    def start(self, type: str = "subscription") -> ActiveOperation:
        operation = ActiveOperation(GraphQLRequest("{ a }"), '{"query":"{ a }"}', type, AsyncEventSink(10))
        self.running.start(operation)
        return operation


@in_loop
async def test_operations_have_ids_of_their_socket() -> None:
    """The messages that start and stop an operation have its id."""
    socket = Socket()
    operation = socket.start()
    assert operation.was_sent
    assert socket.running.by_id == {operation.id: operation}
    assert socket.running.stop(operation) == f'{{"id":"{operation.id}","type":"complete"}}'
    assert socket.running.by_id == {}
    assert socket.running.were_useful


@in_loop
async def test_a_confirmation_may_contain_a_result() -> None:
    """The result is returned even if the operation has ended, because the reader looks the operation up."""
    socket = Socket()
    operation = socket.start()
    result = ExecutionResult({"a": 1})
    assert socket.running.started(Started(operation.id)) == []
    assert socket.running.started(Started("unknown", result)) == [("unknown", result)]
    assert socket.listener.calls == [("started", operation.id)]


@in_loop
async def test_each_operation_ends_once() -> None:
    """Messages for operations that have ended or are unknown are ignored."""
    socket = Socket()
    first, second, third = socket.start(), socket.start(), socket.start()
    for _ in range(2):
        socket.running.ended(Completed(first.id))
        socket.running.ended(SingleResult(second.id, ExecutionResult({"a": 2})))
        socket.running.ended(Failed(third.id, [{"message": "no"}]))
    assert socket.listener.calls == [
        ("finished", first.id, None, RetryDecision.NO),
        ("finished", second.id, None, RetryDecision.NO),
        ("finished", third.id, "no", RetryDecision.NO),
    ]
    assert socket.running.by_id == {}
    result = await second.sink.get()  # type: ignore[attr-defined]
    assert result.data == {"a": 2}


@in_loop
async def test_too_many_operations_are_rejected() -> None:
    """Such an operation has not ended: another connection may accept it."""
    socket = Socket()
    operation = socket.start()
    socket.running.ended(Failed(operation.id, [LIMIT]))
    assert socket.listener.calls == [("rejected", operation.id, LIMIT["message"])]
    assert not socket.running.were_useful


@in_loop
async def test_an_unreadable_operation_is_stopped_on_the_server() -> None:
    """Other operations of the connection continue."""
    socket = Socket()
    operation, other = socket.start(), socket.start()
    socket.running.ended(Unreadable(operation.id, TransportProtocolError("wrong part", rule="r")))
    assert socket.sent == [f'{{"id":"{operation.id}","type":"complete"}}']
    assert socket.listener.calls == [("finished", operation.id, "wrong part", RetryDecision.NO)]
    assert socket.running.by_id == {other.id: other}


@pytest.mark.parametrize(("type", "decision"), [("subscription", RetryDecision.YES), ("mutation", RetryDecision.NO)])
@in_loop
async def test_an_interruption_ends_all(type: str, decision: RetryDecision) -> None:
    """Those that may be sent again say so."""
    socket = Socket()
    operations = [socket.start(type), socket.start(type)]
    socket.running.interrupted("the server restarts")
    assert [call[1] for call in socket.listener.calls] == [operation.id for operation in operations]
    assert {call[3] for call in socket.listener.calls} == {decision}
    assert socket.running.by_id == {}


def test_an_operation_that_is_not_confirmed_is_given_up() -> None:
    """Each unconfirmed operation is reported once, when its time is up; others are not."""

    async def main() -> list[str]:
        given_up: list[str] = []
        one_is_late = asyncio.Event()

        def give_up(id: str) -> None:
            given_up.append(id)
            one_is_late.set()

        confirmations = Confirmations(0.05, give_up)
        for id in ("late", "confirmed"):
            confirmations.expect(id)
        confirmations.settle("confirmed")
        confirmations.settle("unknown")
        await one_is_late.wait()
        confirmations.expect("stopped")
        confirmations.stop()
        await asyncio.sleep(0.2)
        return given_up

    assert asyncio.run(main()) == ["late"]


def test_without_ack_timeout_no_operation_is_given_up() -> None:
    """None means no limit, as everywhere."""

    async def main() -> list[str]:
        given_up: list[str] = []
        confirmations = Confirmations(None, given_up.append)
        confirmations.expect("id")
        await asyncio.sleep(0.05)
        confirmations.settle("id")
        return given_up

    assert asyncio.run(main()) == []


def test_the_error_for_a_missing_confirmation_names_the_limit() -> None:
    """The error has the limit and its value."""
    error = Confirmations(2.5, print).timeout("wss://x")
    assert (error.limit, error.seconds) == ("ack_timeout", 2.5)
    assert "wss://x did not confirm" in str(error)

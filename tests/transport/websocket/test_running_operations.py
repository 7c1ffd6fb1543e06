"""The operations of one socket: what messages of the server mean for them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from syncgql import ExecutionResult, GraphQLRequest, TransportError, TransportProtocolError
from syncgql.protocol.appsync import AppSync
from syncgql.protocol.close_codes import RetryDecision
from syncgql.protocol.graphql_transport_ws import GraphQLTransportWS
from syncgql.protocol.masking import Mask
from syncgql.protocol.websocket import WebSocketProtocol
from syncgql.protocol.websocket_events import Completed, Failed, SingleResult, Started, Unreadable
from syncgql.transport.async_event_sink import AsyncEventSink
from syncgql.transport.websocket.active_operation import ActiveOperation
from syncgql.transport.websocket.running_operations import OperationListener, RunningOperations

from ..asynchronous import in_loop

LIMIT = {"message": "Subscription limit reached"}


class Recorder(OperationListener):
    """Records what it receives."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.has_finished = asyncio.Event()

    def started(self, operation: ActiveOperation) -> None:
        self.calls.append(("started", operation.id))

    def finished(
        self, operation: ActiveOperation, error: TransportError | None, decision: RetryDecision = RetryDecision.NO
    ) -> None:
        self.calls.append(("finished", operation.id, None if error is None else str(error), decision))
        self.has_finished.set()

    def rejected(self, operation: ActiveOperation, error: TransportError) -> None:
        self.calls.append(("rejected", operation.id, str(error)))


class Socket:
    """Running operations on an acknowledged connection, with what they report and send."""

    def __init__(self, protocol: WebSocketProtocol | None = None, *, ack_timeout: float | None = None) -> None:
        self.protocol = protocol or GraphQLTransportWS()
        self.protocol.connection_init(None)
        self.protocol.receive('{"type": "connection_ack"}')
        self.listener = Recorder()
        self.sent: list[str] = []
        self.running = RunningOperations(
            "wss://example.com",
            self.protocol,
            self.listener,
            Mask({}, "", None, None),
            ack_timeout,
            self.sent.append,
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


@in_loop
async def test_an_operation_that_is_not_confirmed_fails() -> None:
    """Each unconfirmed operation fails once, when its time is up; the error names the limit. Others continue."""
    socket = Socket(AppSync(), ack_timeout=0.05)
    confirmed, late = socket.start(), socket.start()
    socket.running.started(Started(confirmed.id))
    await socket.listener.has_finished.wait()
    assert [call[:2] for call in socket.listener.calls] == [("started", confirmed.id), ("finished", late.id)]
    assert str(socket.listener.calls[-1][2]).startswith(
        "wss://example.com did not confirm the subscription within ack_timeout, 0.05 s."
    )
    assert socket.sent == [f'{{"id":"{late.id}","type":"stop"}}']
    assert socket.running.by_id == {confirmed.id: confirmed}


@in_loop
async def test_an_operation_that_was_stopped_before_its_confirmation_is_given_up() -> None:
    """The server is asked to stop it when its time is up, unless the connection has ended; nobody is notified."""
    socket = Socket(AppSync(), ack_timeout=0.05)
    removed = socket.start()
    assert socket.running.remove_all() == [removed]
    stopped, late = socket.start(), socket.start()
    assert socket.running.stop(stopped) is None
    await socket.listener.has_finished.wait()  # the timers of the others were set before
    assert [call[:2] for call in socket.listener.calls] == [("finished", late.id)]
    assert socket.sent == [f'{{"id":"{id}","type":"stop"}}' for id in (stopped.id, late.id)]


@in_loop
async def test_without_ack_timeout_no_operation_fails() -> None:
    """None means no limit, as everywhere: there is no timer that could run out."""
    socket = Socket(AppSync(), ack_timeout=None)
    operation = socket.start()
    assert socket.running._unconfirmed == {}
    socket.running.started(Started(operation.id))
    assert socket.listener.calls == [("started", operation.id)]

"""AsyncTransport: what a transport that defines only the four coroutines can do, and what it refuses."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import pytest

from syncgql import AsyncTransport, Client, DocumentError, ExecutionResult, GraphQLRequest, TransportError, gql
from syncgql.deadline import Deadline
from syncgql.transport.async_event_sink import AsyncEventSink

from .asynchronous import in_loop


class Smallest(AsyncTransport):
    """Responds with the document; counts connects, and streams that were closed."""

    def __init__(self) -> None:
        self.connects = 0
        self.left = 0

    async def connect(self) -> None:
        self.connects += 1

    async def close(self) -> None:
        """Nothing to close."""

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        return ExecutionResult({"text": request.text, **(extra_args or {})})

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        try:
            for number in range(3):
                yield ExecutionResult({"n": number})
            raise TransportError("broken")
        finally:
            self.left += 1


class Batching(Smallest):
    """Sends batches, of which the last result is missing."""

    has_batches = True

    async def execute_batch(
        self, reqs: Sequence[GraphQLRequest], extra_args: Mapping[str, Any] | None = None
    ) -> list[ExecutionResult]:
        return [await self.execute(request, extra_args=extra_args) for request in reqs[:2]]


class Silent(Smallest):
    """Forgets to return a result."""

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> Any:
        return None


def test_a_client_connects_before_each_call() -> None:
    """``connect`` does nothing if the transport is connected, so it may be called again."""
    transport = Smallest()
    with Client(transport=transport) as client:
        assert client.execute("{ a }") == {"text": "{ a }"}
        assert client.execute("{ a }", extra_args={"x": 1}) == {"text": "{ a }", "x": 1}


@in_loop
async def test_a_round_trip_calls_connect_and_execute() -> None:
    """The prepared request is passed to the coroutines unchanged."""
    transport = Smallest()
    round_trip = transport.round_trip(gql("{ a }"), extra_args={"x": 1})
    result = round_trip.parse(await round_trip.send(round_trip.request, Deadline()))
    assert result.data == {"text": "{ a }", "x": 1}
    assert transport.connects == 1


def test_a_result_is_required() -> None:
    """A coroutine that returns nothing is reported with its class."""
    no_result = pytest.raises(TransportError, match=r"^Silent\.execute\(\) returned no result\.$")
    with Client(transport=Silent()) as client, no_result:
        client.execute("{ a }")


def test_headers_of_a_call_are_refused() -> None:
    """A transport that can send them overrides ``round_trip``."""
    refused = pytest.raises(TransportError, match="Smallest takes no headers per request")
    with Client(transport=Smallest()) as client, refused as caught:
        client.execute("{ a }", headers={"X": "1"})
    assert caught.value.sent is False


def test_batches_need_a_coroutine_of_their_own() -> None:
    """The number of results must be the number of requests."""
    with Client(transport=Smallest()) as client:
        with pytest.raises(TransportError, match=r"Smallest cannot send batches\.") as caught:
            client.execute_batch(["{ a }", "{ b }"])
        assert caught.value.sent is False
    with Client(transport=Batching()) as client:
        assert client.execute_batch(["{ a }", "{ b }"]) == [{"text": "{ a }"}, {"text": "{ b }"}]
        with pytest.raises(TransportError, match=r"Batching\.execute_batch\(\) returned 2 results for 3 requests\."):
            client.execute_batch(["{ a }", "{ b }", "{ c }"])
        with pytest.raises(DocumentError):
            client.execute_batch(["{ a }", "subscription { b }"])


def test_round_trips_are_combined_into_batches() -> None:
    """Only if the transport has batches, and only with equal extra arguments."""
    one = Batching().round_trip(gql("{ a }"), extra_args={"x": 1})
    other = Batching().round_trip(gql("{ b }"), extra_args={"x": 1})
    alone = Smallest().round_trip(gql("{ a }"))
    assert Smallest().batch_key(alone.request) is None
    assert Batching().batch_key(one.request) == Batching().batch_key(other.request)
    combined = Batching().combine([one, other])
    assert [request.text for request in combined.request.requests] == ["{ a }", "{ b }"]
    assert combined.request.extra_args == {"x": 1}


@in_loop
async def test_a_stream_passes_events_and_the_error_to_its_sink() -> None:
    """The events of ``subscribe``, in order, and then the exception that it raised."""
    transport = Smallest()
    sink = AsyncEventSink(8)
    stream = transport.stream(gql("subscription { n }"), sink)
    assert stream.protocol == "Smallest"
    await stream.open()
    received = [await sink.get() for _ in range(3)]
    assert [event.data for event in received if event is not None] == [{"n": 0}, {"n": 1}, {"n": 2}]
    with pytest.raises(TransportError, match="broken"):
        await sink.get()
    await stream.close()
    assert transport.left == 1


@in_loop
async def test_closing_a_stream_closes_the_generator() -> None:
    """A blocking sink holds the generator back; closing the stream ends it."""
    transport = Smallest()
    sink = AsyncEventSink(1, blocks=True)
    stream = transport.stream(gql("subscription { n }"), sink)
    await stream.open()
    event = await sink.get()
    assert event is not None
    await stream.close()
    assert transport.left == 1


@in_loop
async def test_a_response_in_parts_is_one_event_by_default() -> None:
    """A transport that knows nothing of ``@defer`` delivers the whole response."""
    sink = AsyncEventSink(8)
    stream = Smallest().incremental_stream(gql("{ a }"), sink)
    await stream.open()
    event = await sink.get()
    assert event is not None
    assert event.data == {"text": "{ a }"}
    assert await sink.get() is None
    await stream.close()


def test_other_variables_need_a_transport_that_reconnects() -> None:
    """The message names the transport."""
    stream = Smallest().stream(gql("subscription { n }"), AsyncEventSink(8))
    with pytest.raises(TransportError, match=r"^Smallest cannot subscribe again with other variables") as caught:
        stream.resubscribe(gql("subscription { n }"))
    assert caught.value.sent is False

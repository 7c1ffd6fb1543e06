"""AsyncTransport, and the two objects through which a blocking caller uses one.

A call has three steps, and the place of each is fixed: what belongs to the caller happens in the caller's thread,
what moves bytes happens on the loop.

========================  ======================  =====================================
step                      one answer: Exchange    many events: Stream
========================  ======================  =====================================
caller's thread, before   ``transport.exchange``  ``transport.stream``
on the loop               ``Exchange.send``       ``Stream.open`` .. ``Stream.close``
caller's thread, after    ``Exchange.result``     the sink's consumer
========================  ======================  =====================================

A BatchExchange is several requests that travel together, in the same three steps.

A transport that defines only the coroutines of ``AsyncTransport`` works under the same client.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from ..exceptions import TransportConnectionFailed, TransportError
from ..protocol.batch import BatchEntry, batch_payload
from ..request import GraphQLRequest
from ..result import ExecutionResult

__all__ = ["AsyncTransport"]


class EventSink(Protocol):
    """Who takes the events of one stream; called on the loop, must not block."""

    @property
    def blocks(self) -> bool:
        """Whether the stream is to stop reading while the sink is full; it then needs a socket of its own."""

    @property
    def full(self) -> bool:
        """Whether the buffer has no room; only looked at when ``blocks``."""

    async def wait_for_room(self) -> None:
        """Return when there is room again."""

    def put(self, result: ExecutionResult, /) -> bool:
        """Take an event; False means that no more are wanted."""

    def finish(self, error: Exception | None = None) -> None:
        """Take the end: clean, or with the error that the consumer is to see."""

    def reconnected(self, seconds: float) -> None:
        """Take note that the next events come over another connection and that those of some seconds are missing."""

    def restarted(self) -> None:
        """Take note that the next events come from the start of the subscription with other variables."""


TransportT = TypeVar("TransportT", bound="AsyncTransport")


class AsyncTransport(ABC):
    """How requests get to a server and answers back.

    The coroutines run on one event loop. ``connect`` may be called any number of times.
    """

    @abstractmethod
    async def connect(self) -> None:
        """Open what the transport needs; does nothing when it is open."""

    @abstractmethod
    async def close(self) -> None:
        """Close everything, telling the server first; does nothing when nothing is open."""

    @abstractmethod
    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Send a query or mutation and return the answer, errors included."""

    @abstractmethod
    def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Send a subscription and yield its events, errors included."""

    def fresh(self: TransportT) -> TransportT:
        """Return an unconnected transport with the same settings; every process gets one of its own."""
        return copy.copy(self)

    def exchange(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> Exchange:
        """Prepare one request, in the caller's thread.

        Raises:
            TransportError: the transport cannot do what was asked.
            DocumentError: the request cannot be sent.
        """
        if headers is not None:
            raise TransportError(f"{type(self).__name__} takes no headers per request.")
        return ExecuteExchange(self, request, extra_args)

    async def execute_batch(
        self, reqs: Sequence[GraphQLRequest], extra_args: Mapping[str, Any] | None = None
    ) -> list[ExecutionResult]:
        """Send several queries and mutations as one, and return their answers in the same order, errors included.

        Raises:
            TransportError: there was no GraphQL answer to one of them, or the transport has no batches.
        """
        raise TransportError(f"{type(self).__name__} cannot send batches.")

    @property
    def reconnects(self) -> bool:
        """Whether a connection that is lost may be made anew by itself, with its subscriptions."""
        return type(self).stream is not AsyncTransport.stream

    @property
    def has_batches(self) -> bool:
        """Whether the transport can send batches."""
        return type(self).execute_batch is not AsyncTransport.execute_batch

    def batch_exchange(
        self,
        requests: Sequence[GraphQLRequest],
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> BatchExchange:
        """Prepare a batch, in the caller's thread; raises what ``exchange`` raises."""
        batch_payload(requests)
        if headers is not None:
            raise TransportError(f"{type(self).__name__} takes no headers per request.")
        return ExecuteBatchExchange(self, requests, extra_args)

    def together(self, exchanges: Sequence[Any]) -> BatchExchange:
        """Make a batch of this transport's exchanges whose ``batch_key`` is the same; on the loop."""
        return ExecuteBatchExchange(self, [each.request for each in exchanges], exchanges[0].extra_args)

    def stream(self, request: GraphQLRequest, sink: EventSink) -> Stream:
        """Prepare one subscription, in the caller's thread; raises what ``exchange`` raises."""
        return SubscribeStream(self, request, sink)


class Exchange(ABC):
    """One request on its way and back."""

    @abstractmethod
    async def send(self, seconds: float | None = None) -> None:
        """Send the request and read the answer, on the loop.

        Args:
            seconds: how long the caller waits; what would come later need not be tried.
        """

    @abstractmethod
    def result(self) -> ExecutionResult:
        """Make sense of the answer, in the caller's thread; raises a ``TransportError`` if it is no GraphQL answer."""

    @property
    def batch_key(self) -> object | None:
        """What must be equal for exchanges to be sent as one batch; None for one that goes alone."""
        return None


class BatchExchange(ABC):
    """Several requests on their way together and back."""

    @abstractmethod
    async def send(self) -> None:
        """Send the requests and read the answers, on the loop."""

    @abstractmethod
    def results(self) -> list[BatchEntry]:
        """Make sense of the answers, in the caller's thread.

        Returns:
            In the order of the requests, each one's answer, or the exception that says why there is none.

        Raises:
            TransportError: the batch as a whole got no answer.
        """


class Stream(ABC):
    """One subscription on its way and its events back into a sink."""

    @abstractmethod
    async def open(self, seconds: float | None = None) -> None:
        """Connect and send the subscription; return when it is on the wire. On the loop.

        Args:
            seconds: how long the caller waits; what would come later need not be tried.
        """

    @abstractmethod
    async def close(self) -> None:
        """End the subscription on the server; return when that is handed to the wire. On the loop."""

    def restart(self, request: GraphQLRequest) -> Callable[[], Coroutine[Any, Any, None]]:
        """Prepare, in the caller's thread, what starts the subscription anew with other variables, on the loop.

        The sink's ``restarted`` is called between the last event of the old variables and the first of the new.

        Raises:
            TransportError: the transport does not connect again by itself, so there is nothing to restart.
        """
        raise TransportError(f"{type(self).__name__} cannot start a subscription anew.")


class ExecuteExchange(Exchange):
    """An exchange over any transport's ``execute``."""

    def __init__(
        self, transport: AsyncTransport, request: GraphQLRequest, extra_args: Mapping[str, Any] | None
    ) -> None:
        self._transport = transport
        self.request = request
        self.extra_args = extra_args
        self._result: ExecutionResult | None = None

    @property
    def batch_key(self) -> object | None:
        return {"extra_args": self.extra_args or {}} if self._transport.has_batches else None

    async def send(self, seconds: float | None = None) -> None:
        await self._transport.connect()
        self._result = await self._transport.execute(self.request, extra_args=self.extra_args)

    def result(self) -> ExecutionResult:
        if self._result is None:
            raise TransportError(f"{type(self._transport).__name__}.execute() returned no result.")
        return self._result


class ExecuteBatchExchange(BatchExchange):
    """A batch over any transport's ``execute_batch``."""

    def __init__(
        self,
        transport: AsyncTransport,
        requests: Sequence[GraphQLRequest],
        extra_args: Mapping[str, Any] | None,
    ) -> None:
        self._transport = transport
        self._requests = list(requests)
        self._extra_args = extra_args
        self._results: list[ExecutionResult] = []

    async def send(self) -> None:
        await self._transport.connect()
        self._results = await self._transport.execute_batch(self._requests, extra_args=self._extra_args)

    def results(self) -> list[BatchEntry]:
        if len(self._results) != len(self._requests):
            raise TransportError(
                f"{type(self._transport).__name__}.execute_batch() returned {len(self._results)} results for "
                f"{len(self._requests)} requests."
            )
        return list(self._results)


class SubscribeStream(Stream):
    """A stream over any transport's ``subscribe``: a task that carries its events into the sink."""

    def __init__(self, transport: AsyncTransport, request: GraphQLRequest, sink: EventSink) -> None:
        self._transport = transport
        self._request = request
        self._sink = sink
        self._task: asyncio.Task[None] | None = None

    async def open(self, seconds: float | None = None) -> None:
        await self._transport.connect()
        self._task = asyncio.get_running_loop().create_task(self._carry())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _carry(self) -> None:
        error: Exception | None = None
        try:
            async with contextlib.aclosing(self._transport.subscribe(self._request)) as events:
                async for event in events:
                    if not self._sink.put(event):
                        break
                    if self._sink.blocks and self._sink.full:
                        await self._sink.wait_for_room()
        except Exception as caught:
            error = caught if isinstance(caught, TransportError) else _foreign(self._transport, caught)
        finally:
            self._sink.finish(error)


def _foreign(transport: AsyncTransport, cause: Exception) -> TransportError:
    # Without the cause's text, which may hold a secret.
    error = TransportConnectionFailed(f"{type(transport).__name__}.subscribe() failed with {type(cause).__name__}.")
    error.__cause__ = cause
    return error

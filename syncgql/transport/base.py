"""AsyncTransport: the base class of transports that send requests on an event loop.

A blocking caller uses a transport through two kinds of objects, in steps with fixed threads: encoding and decoding run
in the caller's thread, and all I/O runs on the loop.

========================  ======================  =====================================
step                      one result: RoundTrip   many events: Stream
========================  ======================  =====================================
caller's thread, before   ``round_trip``          ``stream``
on the loop               ``RoundTrip.send``      ``Stream.open`` .. ``Stream.close``
caller's thread, after    ``RoundTrip.parse``     the sink's consumer
========================  ======================  =====================================

A client also accepts a transport that defines only the coroutines of ``AsyncTransport``.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from ..deadline import Deadline
from ..exceptions import TransportConnectionFailed, TransportError
from ..protocol.batch import BatchEntry, batch_payload
from ..request import GraphQLRequest
from ..result import ExecutionResult
from .round_trip import RoundTrip, T
from .token_auth import TokenAuth

if TYPE_CHECKING:
    from .aiohttp_session.session import SharedSession

__all__ = ["AsyncTransport", "EventSink", "Stream"]

AsyncRoundTrip = RoundTrip[Coroutine[Any, Any, Any], T]
"""A round trip whose ``send`` is a coroutine function, to be run on the loop."""


class EventSink(Protocol):
    """The interface that receives the events of one stream. Its methods are called on the loop and must not block."""

    @property
    def blocks(self) -> bool:
        """Whether the stream stops reading while the sink is full; such a stream needs its own socket."""

    @property
    def full(self) -> bool:
        """Whether the buffer has no room; only used if ``blocks`` is true."""

    @property
    def received(self) -> int:
        """The number of events that the sink has accepted."""

    async def wait_for_room(self) -> None:
        """Wait until there is room again."""

    def put(self, result: ExecutionResult, /) -> bool:
        """Accept an event; return False if no more events are accepted."""

    def finish(self, error: Exception | None = None) -> None:
        """End the stream of events; the consumer raises *error* if it is given."""

    def reconnected(self, seconds: float) -> None:
        """Record that the connection was re-established, and that the events of the last *seconds* are missing."""

    def resubscribed(self) -> None:
        """Record that the next events are the first ones of another request."""


TransportT = TypeVar("TransportT", bound="AsyncTransport")


class AsyncTransport(ABC):
    """Base class of transports that send requests and receive responses on an event loop.

    The coroutines run on one event loop. ``connect`` may be called any number of times.

    Attributes:
        has_batches: whether ``execute_batch`` is supported; a class that defines it sets this to True.
        is_websocket: whether it sends queries and mutations over a WebSocket.
        reconnects: whether a lost connection is re-established, with its subscriptions.
        has_users: whether a function returns headers or credentials, which may differ from caller to caller.
        token_auth: fetches the token of all requests; None if there is none. If the server refuses the token, the
            client resends the request once.
        shared_session: the session that opens its connections, which ``Client.stats`` counts; None if it is unknown.
        protocol: the value of ``Subscription.protocol`` for a transport that does not override ``stream``; if it is
            empty, the name of the class.
    """

    has_batches: bool = False
    is_websocket: bool = False
    reconnects: bool = False
    has_users: bool = False
    token_auth: TokenAuth | None = None
    shared_session: SharedSession | None = None
    protocol: str = ""

    @abstractmethod
    async def connect(self) -> None:
        """Open the resources that the transport needs. Does nothing if they are open."""

    @abstractmethod
    async def close(self) -> None:
        """End all operations on the server, then close everything. Does nothing if nothing is open."""

    @abstractmethod
    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Send a query or mutation and return its result, including errors."""

    @abstractmethod
    def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Send a subscription and yield its events, including errors."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"  # for messages, in which a memory address would not help

    def fresh(self: TransportT) -> TransportT:
        """Return an unconnected transport with the same settings; each process has its own."""
        return copy.copy(self)

    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[ExecutionResult]:
        """Prepare one request, in the caller's thread.

        Raises:
            TransportError: the transport does not support an argument.
            DocumentError: the request cannot be sent.
        """
        self._refuse_headers(headers)
        return RoundTrip(_Arguments((request,), extra_args), self._execute, self._checked)

    async def execute_batch(
        self, reqs: Sequence[GraphQLRequest], extra_args: Mapping[str, Any] | None = None
    ) -> list[ExecutionResult]:
        """Send several queries and mutations in one request, and return their results in the same order.

        The results include errors.

        Raises:
            TransportError: there was no GraphQL response to one of them, or the transport does not support batches.
        """
        raise TransportError(f"{type(self).__name__} cannot send batches.", sent=False)

    def batch_round_trip(
        self,
        requests: Sequence[GraphQLRequest],
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[list[BatchEntry]]:
        """Prepare a batch, in the caller's thread.

        Raises:
            TransportError: the transport does not support batches, or an argument.
            DocumentError: a request cannot be sent, or is not allowed in a batch.
        """
        batch_payload(requests)
        self._refuse_headers(headers)
        return self._batch(_Arguments(tuple(requests), extra_args))

    def batch_key(self, request: Any) -> object | None:
        """Return a key that is equal for prepared requests that may share a batch; None to send this one alone."""
        return {"extra_args": request.extra_args or {}} if self.has_batches else None

    def combine(self, round_trips: Sequence[AsyncRoundTrip[ExecutionResult]]) -> AsyncRoundTrip[list[BatchEntry]]:
        """Combine round trips with the same ``batch_key`` into one batch; called on the loop."""
        requests = tuple(request for round_trip in round_trips for request in round_trip.request.requests)
        return self._batch(_Arguments(requests, round_trips[0].request.extra_args))

    def stream(self, request: GraphQLRequest, sink: EventSink) -> Stream:
        """Prepare one subscription, in the caller's thread.

        Raises:
            TransportError: the transport cannot subscribe.
            DocumentError: the request cannot be sent.
        """
        return SubscribeStream(self, request, sink)

    def incremental_stream(
        self,
        request: GraphQLRequest,
        sink: EventSink,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> Stream:
        """Prepare a query or mutation whose response may come in parts, in the caller's thread.

        The sink receives a snapshot of the response after each part; by default, the whole response as one event.

        Raises:
            TransportError: the transport does not support an argument.
            DocumentError: the request cannot be sent.
        """
        return ExecuteStream(self, self.round_trip(request, headers=headers, extra_args=extra_args), sink)

    def _batch(self, arguments: _Arguments) -> AsyncRoundTrip[list[BatchEntry]]:
        return RoundTrip(
            arguments, self._execute_batch, functools.partial(self._checked_batch, len(arguments.requests))
        )

    async def _execute(self, arguments: _Arguments, deadline: Deadline) -> ExecutionResult | None:
        await self.connect()
        return await self.execute(*arguments.requests, extra_args=arguments.extra_args)

    async def _execute_batch(self, arguments: _Arguments, deadline: Deadline) -> list[ExecutionResult]:
        await self.connect()
        return await self.execute_batch(arguments.requests, extra_args=arguments.extra_args)

    def _checked(self, result: ExecutionResult | None) -> ExecutionResult:
        if result is None:
            raise TransportError(f"{type(self).__name__}.execute() returned no result.")
        return result

    def _checked_batch(self, count: int, results: list[ExecutionResult]) -> list[BatchEntry]:
        if len(results) != count:
            raise TransportError(
                f"{type(self).__name__}.execute_batch() returned {len(results)} results for {count} requests."
            )
        return list(results)

    def _refuse_headers(self, headers: Mapping[str, str] | None) -> None:
        if headers is not None:
            raise TransportError(f"{type(self).__name__} does not accept headers for a single request.", sent=False)


class _Arguments(NamedTuple):
    """The request of a round trip for a transport that defines only coroutines."""

    requests: tuple[GraphQLRequest, ...]
    extra_args: Mapping[str, Any] | None

    def __repr__(self) -> str:
        return object.__repr__(self)  # no values: they may be secrets


class Stream(ABC):
    """One operation of any kind whose results go to a sink.

    ``open``, ``close`` and the function that ``resubscribe`` returns run on the event loop; the sink's consumer may be
    in any thread.
    """

    @property
    @abstractmethod
    def protocol(self) -> str:
        """The name of the protocol, for ``Subscription.protocol``; it may be empty until the stream is open."""

    @property
    def lost_at(self) -> float | None:
        """The loop's time of the last sign of life of a connection that is being re-established, or None.

        It is read in the consumer's thread.
        """
        return None

    @abstractmethod
    async def open(self, deadline: Deadline | None = None) -> None:
        """Connect and send the operation; return when it was sent.

        Args:
            deadline: the deadline of the caller; None for no limit. No attempt begins later.

        Raises:
            TransportError: it could not be sent.
        """

    @abstractmethod
    async def close(self) -> None:
        """End the operation on the server; return when the stop was sent."""

    def resubscribe(self, request: GraphQLRequest) -> Callable[[], Coroutine[Any, Any, None]]:
        """Prepare to restart the operation with another request; called in the caller's thread.

        Returns:
            A function that restarts the operation, to be run on the loop. The sink's ``resubscribed`` is called between
            the last event of the old request and the first event of the new one.

        Raises:
            TransportError: the transport does not reconnect.
        """
        raise TransportError(f"{self.protocol} cannot subscribe again with other variables.", sent=False)


class ExecuteStream(Stream):
    """A stream with one event, the result of a round trip."""

    protocol = ""

    def __init__(self, transport: AsyncTransport, round_trip: AsyncRoundTrip[ExecutionResult], sink: EventSink) -> None:
        self.protocol = transport.protocol or type(transport).__name__
        self._round_trip = round_trip
        self._sink = sink

    async def open(self, deadline: Deadline | None = None) -> None:
        """Send the request; return when its result has arrived."""
        response = await self._round_trip.send(self._round_trip.request, deadline or Deadline())
        self._sink.put(self._round_trip.parse(response))
        self._sink.finish()

    async def close(self) -> None:
        """Do nothing: the operation has ended."""


class SubscribeStream(Stream):
    """A stream over any transport's ``subscribe``: a task passes its events to the sink."""

    protocol = ""

    def __init__(self, transport: AsyncTransport, request: GraphQLRequest, sink: EventSink) -> None:
        self.protocol = transport.protocol or type(transport).__name__
        self._transport = transport
        self._request = request
        self._sink = sink
        self._task: asyncio.Task[None] | None = None

    async def open(self, deadline: Deadline | None = None) -> None:
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
    # The text of the cause is omitted, because it may contain a secret.
    error = TransportConnectionFailed(f"{type(transport).__name__}.subscribe() failed with {type(cause).__name__}.")
    error.__cause__ = cause
    return error

"""HTTPStream: one operation whose results arrive in HTTP responses; it outlives its connections.

::

    open --> connecting --stream--> carrying --complete--> ended
                 ^                      |
                 +---- wait <-- loss ---+

``recovery`` decides what a loss means and when to reconnect. A query or mutation is sent once.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from ...deadline import Deadline
from ...exceptions import TransportError
from ...request import GraphQLRequest
from ...result import ExecutionResult
from ..background import in_background
from ..base import EventSink
from ..http.request import HTTPRequest
from ..recovery.loss import ConnectionLoss, failed, not_prepared
from ..recovery.outage import Attempts, Outage
from ..selectable_stream import ProtocolsRefused, SelectableStream
from .options import StreamOptions


class Carrier(Protocol):
    """A connection, or a part of one, that carries the results of one operation."""

    @property
    def last_event_id(self) -> str:
        """The id to send when reconnecting; empty if there is none."""

    @property
    def reconnection_time(self) -> float | None:
        """Seconds to wait before reconnecting; None if the server does not ask for that."""

    @property
    def was_useful(self) -> bool:
        """Whether it delivered a result or stayed open for a while; otherwise it was a failed attempt."""

    async def carry(self, sink: EventSink) -> ConnectionLoss | None:
        """Pass the results to a sink.

        Returns:
            The loss of the connection; None if the operation has ended, or the sink accepts no more results.
        """


class WholeResponse(NamedTuple):
    """A response that is not a stream.

    Attributes:
        result: its result; None if it has no content.
    """

    result: ExecutionResult | None


class Prepared(Protocol):
    """A request that is ready to be sent."""

    @property
    def protocol_name(self) -> str:
        """The name of the protocol over which the results arrive."""

    @property
    def where(self) -> str:
        """The URL, without secrets."""

    @property
    def http(self) -> HTTPRequest:
        """The HTTP request."""


PreparedT = TypeVar("PreparedT", bound=Prepared)


class Opener(Protocol[PreparedT]):
    """Opens the carrier of an operation.

    Attributes:
        options: the options of the transport.
    """

    options: StreamOptions

    @property
    def calls_user_code(self) -> bool:
        """Whether preparing a request calls the user's functions, which may block."""

    async def open(
        self,
        request: PreparedT,
        deadline: Deadline,
        context: Context,
        *,
        is_subscription: bool,
        limit: float | None,
    ) -> tuple[Carrier | WholeResponse, PreparedT]:
        """Send a request; return the stream or the response, and the request that the server accepted."""

    async def renewed(self, request: PreparedT, context: Context, last_event_id: str) -> PreparedT:
        """Return a request for another connection; the user's functions for headers are called again."""


class HTTPStream(SelectableStream, Generic[PreparedT]):
    """The stream of one operation, created in the thread and context of the caller.

    Args:
        opener: opens connections.
        request: the request.
        prepare: prepares a request to be sent.
        sink: receives the results.
        running: the set that contains the stream while it runs.
        is_subscription: whether the operation is a subscription, which may be resent.

    Attributes:
        request: the latest prepared request.
    """

    protocol = ""
    lost_at: float | None = None

    def __init__(
        self,
        opener: Opener[PreparedT],
        request: GraphQLRequest,
        prepare: Callable[[GraphQLRequest], PreparedT],
        sink: EventSink,
        running: set[HTTPStream[Any]],
        *,
        is_subscription: bool,
    ) -> None:
        self._opener = opener
        self.request = prepare(request)
        self._requests = [request]  # for the log
        self._prepare = prepare
        self._sink = sink
        self._running = running
        self._is_subscription = is_subscription
        self.protocol = self.request.protocol_name
        self._where = self.request.where
        self._context = copy_context() if opener.calls_user_code else Context()
        policy = opener.options.policy if is_subscription else None
        self._outage = Outage(self._where, Attempts(policy, refreshable=opener.calls_user_code))
        self._last_event_id = ""
        self._reconnection_time: float | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self, deadline: Deadline | None = None) -> None:
        try:
            await self.try_open(deadline or Deadline())
        except ProtocolsRefused as refused:
            await self._begin(WholeResponse(refused.last_outcome()))

    async def try_open(self, deadline: Deadline) -> bool:
        opened = await self._connect(deadline, is_first=True)
        await self._begin(opened)
        return not isinstance(opened, WholeResponse)

    async def _begin(self, opened: Carrier | WholeResponse) -> None:
        self._running.add(self)
        self._task = in_background(self._carry(opened))
        await asyncio.sleep(0)  # lets the task begin; if it were cancelled before, it would not close the response

    async def close(self) -> None:
        self._running.discard(self)
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def leave(self) -> None:
        """End the stream because its transport is closed; a subscription ends without an error."""
        self._sink.finish()
        await self.close()

    def resubscribe(self, request: GraphQLRequest) -> Callable[[], Coroutine[Any, Any, None]]:
        return functools.partial(self._resubscribe, self._prepare(request))

    async def _resubscribe(self, request: PreparedT) -> None:
        if self not in self._running:
            return
        await self.close()
        self.request, self._last_event_id = request, ""
        self._sink.resubscribed()
        self._running.add(self)
        self._task = in_background(self._carry(None))

    # -- the task

    async def _carry(self, opened: Carrier | WholeResponse | None) -> None:
        """Pass results to the sink until the operation ends, reconnecting as necessary."""
        try:
            opened = opened or await self._connect(Deadline(), is_first=False)
            self._outage.ended(asyncio.get_running_loop().time(), [], self._requests)
            while not isinstance(opened, WholeResponse):
                loss = await opened.carry(self._sink)
                if loss is None:
                    return
                opened = await self._reconnect(opened, loss)
            if opened.result is not None:
                self._sink.put(opened.result)
            self._sink.finish()
        except TransportError as error:
            error.sent = True
            self._sink.finish(error)
        finally:
            self._running.discard(self)

    async def _reconnect(self, connection: Carrier, loss: ConnectionLoss) -> Carrier | WholeResponse:
        if not self._is_subscription:
            raise loss.error()
        loop = asyncio.get_running_loop()
        lost_at = self.lost_at = loop.time() - loss.silent_for
        self._last_event_id = connection.last_event_id or self._last_event_id
        self._reconnection_time = connection.reconnection_time or self._reconnection_time
        await self._wait(loss, was_useful=connection.was_useful)
        opened = await self._connect(Deadline(), is_first=False)
        self._outage.ended(loop.time(), [lost_at], self._requests)
        self._sink.reconnected(loop.time() - lost_at)
        return opened

    async def _connect(self, deadline: Deadline, *, is_first: bool) -> Carrier | WholeResponse:
        """Open a connection, with as many attempts as allowed; the first attempt uses the request of the caller."""
        is_new = is_first
        while True:
            try:
                if not is_new:
                    self.request = await self._opener.renewed(self.request, self._context, self._last_event_id)
                is_new = False
                opened, self.request = await self._opener.open(
                    self.request,
                    deadline,
                    self._context,
                    is_subscription=self._is_subscription,
                    limit=None if is_first else self._opener.options.longest_silence,
                )
                self.protocol, self.lost_at = self.request.protocol_name, None
                return opened
            except ProtocolsRefused as refused:
                if is_first:
                    raise
                outcome = refused.refusals[-1].outcome
                if isinstance(outcome, ExecutionResult):
                    return WholeResponse(outcome)
                loss = failed(outcome)
            except TransportError as error:
                loss = failed(error)
            except Exception as error:  # raised by the user's functions
                loss = not_prepared(self._where, error)
            await self._wait(loss, deadline=deadline if is_first else None)

    async def _wait(
        self, loss: ConnectionLoss, *, was_useful: bool | None = None, deadline: Deadline | None = None
    ) -> None:
        """Wait before the next attempt.

        Args:
            loss: the loss of the previous connection.
            was_useful: whether that connection was useful; None if it could not be opened.
            deadline: the deadline of a caller that waits for its first connection; None if no caller waits.

        Raises:
            TransportError: no other attempt is allowed.
        """
        now = asyncio.get_running_loop().time()
        waits = [seconds for seconds in (loss.retry_after, self._reconnection_time) if seconds is not None]
        loss = loss._replace(retry_after=max(waits, default=None))
        loss, delay = self._outage.failed(loss, now, was_useful=was_useful)
        if delay is None:
            raise loss.error()
        if deadline is not None and (self._outage.attempts.suffice_for_first or not deadline.allows(delay)):
            raise self._outage.last(loss).error()  # more useful to the caller than a timeout
        self._outage.continues(loss, delay, now, self._requests)
        await asyncio.sleep(delay)

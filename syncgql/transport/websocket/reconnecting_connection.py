"""ReconnectingConnection: a connection that outlives its sockets.

Operations live on a link from their start to their end; sockets come and go under them. One task, the worker, brings
waiting operations onto the wire and opens a socket for that if need be. So however many operations begin at once, one
socket is opened; and since none of them owns the worker, one that is cancelled takes only itself away::

    start --> waiting --worker--> on the wire --> ended
                 ^                     |
                 +-------- loss -------+

What a loss means and what becomes of each operation is decided in ``reconnect``, and what follows is remembered and
told by ``outage``; the link carries that out. Nothing is tried for nobody: without operations the worker is cancelled,
and the socket closed after a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextvars import Context
from typing import Any, Protocol

from ...deadline import Deadline
from ...exceptions import TransportClosed, TransportError
from ...protocol.close_codes import RetryDecision
from ...request import GraphQLRequest
from ..async_event_sink import AsyncEventSink
from ..recovery.operation_retries import OperationRetries
from ..recovery.outage import Outage
from ..recovery.policy import Attempts, ReconnectPolicy, is_resumed
from . import losses
from .active_operation import ActiveOperation
from .connection import WebSocketConnection
from .handshake import Handshake
from .losses import ConnectFailed, ConnectionLoss


class Opener(Protocol):
    """Who opens sockets for links."""

    @property
    def target(self) -> str:
        """Where the sockets lead, fit to be shown."""

    @property
    def is_refreshable(self) -> bool:
        """Whether user code makes the handshakes, so that the next may bring other credentials than the last."""

    def handshake(self) -> Handshake:
        """Return what the next socket is opened with; never called on the loop if ``is_refreshable``."""

    def payload(self, request: GraphQLRequest) -> str:
        """Return what starts an operation, as JSON; called as ``handshake`` is."""

    async def open_socket(self, handshake: Handshake, link: ReconnectingConnection) -> WebSocketConnection:
        """Open a socket and return when the server has acknowledged it; *link* hears of what comes over it.

        Raises:
            ConnectFailed: it could not be opened, or was refused.
        """


class ReconnectingConnection:
    """A logical connection.

    Args:
        opener: opens the sockets.
        policy: when a lost socket is opened again; None for never.
        idle_timeout: seconds for which a socket without operations is kept; None for ever.
        on_rejected: has an operation run elsewhere when the server takes no more on one connection.
        on_unused: called when the link has neither operations nor a socket.

    Attributes:
        operations: what runs, or waits to run.
        credentials: those of the latest handshake, see ``Handshake``; operations with others go over other links.
    """

    def __init__(
        self,
        opener: Opener,
        policy: ReconnectPolicy | None,
        *,
        idle_timeout: float | None,
        on_rejected: Callable[[ActiveOperation], object],
        on_unused: Callable[[ReconnectingConnection], object],
    ) -> None:
        self.operations: set[ActiveOperation] = set()
        self.credentials: object = None
        self._waiting: dict[ActiveOperation, None] = {}  # in the order in which they are to be sent
        self._capacity: int | None = None
        self._opener = opener
        self._idle_timeout = idle_timeout
        self._on_rejected = on_rejected
        self._on_unused = on_unused
        self._outage = Outage(opener.target, Attempts(policy, refreshable=opener.is_refreshable))
        self._retries = OperationRetries(opener, policy, self._start_again)
        self._delay = 0.0
        self._handshake: Handshake | None = None
        self._connection: WebSocketConnection | None = None
        self._worker: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    @property
    def has_room(self) -> bool:
        """Whether the server is not known to take no more operations on this connection."""
        return self._capacity is None or len(self.operations) < self._capacity

    # -- operations

    async def start(self, operation: ActiveOperation, handshake: Handshake | None, deadline: Deadline | None) -> None:
        """Run an operation; returns when it is on the wire, and confirmed by a server that does so.

        Args:
            operation: what to run.
            handshake: for the next socket, if one must be opened; None to have it made then.
            deadline: when the caller stops waiting; None for no limit. An attempt that would come later is not waited
                for.

        Raises:
            TransportError: it could not be sent.
        """
        operation.sent = self._loop.create_future()
        operation.deadline = deadline
        if deadline is not None:
            deadline.is_connecting = True
        self.add(operation, handshake)
        try:
            await operation.sent
        finally:
            operation.sent = operation.deadline = None

    def add(self, operation: ActiveOperation, handshake: Handshake | None = None) -> None:
        """Run an operation, without waiting."""
        operation.link = self
        self.operations.add(operation)
        self._waiting[operation] = None
        if self._connection is None:
            self._handshake = handshake or self._handshake
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        self._go_on()

    async def connect(self) -> None:
        """Open a socket; does nothing when one is open.

        Raises:
            TransportError: it could not be opened.
        """
        visit = ActiveOperation(GraphQLRequest("{ __typename }"), "", "query", AsyncEventSink(1))
        try:
            await self.start(visit, None, None)
        finally:
            await self.stop(visit)

    async def stop(self, operation: ActiveOperation, *, send_stop: bool = True) -> None:
        """End an operation and tell the server so, unless *send_stop* is False; does nothing when it has ended."""
        if self._forget(operation):
            if operation.connection is not None:
                await operation.connection.stop(operation, send_stop=send_stop)
            self._look_unused()

    async def restart(self, operation: ActiveOperation, request: GraphQLRequest, payload: str) -> None:
        """Start an operation anew with another request; its sink is told before the first event of that."""
        if operation not in self.operations:
            return
        self._retries.forget(operation)
        operation.request, operation.payload = request, payload
        connection, operation.connection = operation.connection, None
        if connection is not None:
            await connection.stop(operation)
        operation.sink.restarted()
        if operation in self.operations:
            self._waiting[operation] = None
            self._go_on()

    def close(self) -> None:
        """End everything: subscriptions come to a clean end."""
        for operation in list(self.operations):
            if operation.type == "subscription" and operation.sent is None:  # it is running
                self._end(operation, None)
            else:
                self._fail(operation, TransportClosed("The transport was closed."))
        self._retire()

    async def wait_closed(self) -> None:
        """Return when nothing is tried any more; a socket that was about to open is among the open ones then."""
        if self._worker is not None:
            await asyncio.wait({self._worker})

    # -- told by the socket

    def lost(
        self, connection: WebSocketConnection, loss: ConnectionLoss, operations: Iterable[ActiveOperation]
    ) -> None:
        """The socket is gone, and these operations were on it."""
        if connection is not self._connection:
            return
        self._connection = None
        loss, delay = self._outage.failed(loss, brought=connection.was_of_use)
        for operation in operations:
            operation.connection = None
            if delay is None or not is_resumed(operation.type, sent=True):
                self._fail(operation, loss.error())
            else:
                operation.lost_at = self._loop.time() if operation.lost_at is None else operation.lost_at
                self._waiting[operation] = None
        if delay is None:
            self._give_up(loss)
        elif self.operations:
            self._delay = delay
            self._outage.goes_on(loss, delay, len(self.operations))
            self._go_on()
        self._look_unused()

    def started(self, operation: ActiveOperation) -> None:
        """The server confirmed that it runs an operation."""
        self._retries.succeeded(operation)
        operation.release()

    def finished(
        self, operation: ActiveOperation, error: TransportError | None, decision: RetryDecision = RetryDecision.NO
    ) -> None:
        """The server ended an operation; where it confirms operations, an error in place of that is the caller's.

        Args:
            operation: what ended.
            error: why; None when it is complete.
            decision: whether another start may do better.
        """
        if error is not None and self._retries.schedule(operation, error, decision):
            operation.connection = None
            if operation.sent is None and operation.lost_at is None:
                operation.lost_at = self._loop.time()
            return
        if error is None or operation.connection is None or not operation.connection.confirms:
            operation.release()
        self._end(operation, error)
        self._look_unused()

    def rejected(self, operation: ActiveOperation, error: TransportError) -> None:
        """The server takes no more operations on this connection."""
        others = len(self.operations) - 1
        if others == 0:
            # Another connection would fare no better.
            self.finished(operation, error)
        elif self._forget(operation):
            self._capacity = others
            operation.connection = None
            self._on_rejected(operation)

    # -- the worker

    def _go_on(self) -> None:
        if self._worker is None or self._worker.done():
            self._worker = in_background(self._work())

    async def _work(self) -> None:
        """Bring every waiting operation onto the wire."""
        while self._waiting:
            connection = self._connection
            if connection is None:
                await self._connect()
            else:
                await self._send(next(iter(self._waiting)), connection)

    async def _send(self, operation: ActiveOperation, connection: WebSocketConnection) -> None:
        del self._waiting[operation]
        if operation.is_visit:
            self.finished(operation, None)
            return
        operation.connection = connection
        if operation.deadline is not None:
            operation.deadline.is_connected = True
        try:
            await connection.start(operation)
        except TransportError:
            # The reader tells of the loss, unless it had done so before the operation was on the connection.
            if connection is not self._connection and operation.connection is connection:
                operation.connection = None
                self._waiting[operation] = None
            return
        if not connection.confirms:
            operation.release()
        if operation.lost_at is not None and operation.connection is connection:
            operation.sink.reconnected(self._loop.time() - operation.lost_at)
            operation.lost_at = None

    async def _connect(self) -> None:
        """Open a socket, or give up; one attempt after the other."""
        previous: ConnectionLoss | None = None
        while self._connection is None and self._waiting:
            await asyncio.sleep(self._delay)
            if not self._waiting:
                return
            try:
                handshake = await self._next_handshake()
                self.credentials = handshake.credentials
                self._take_over(await self._opener.open_socket(handshake, self))
            except Exception as caught:
                previous = self._failed(caught, previous)

    def _take_over(self, connection: WebSocketConnection) -> None:
        if connection.loss is None:
            self._connection = connection
            self._handshake, self._delay = None, 0.0
            self._outage.over(self._loop.time(), self._waiting)
        for visit in [operation for operation in self._waiting if operation.is_visit]:
            self.finished(visit, None)
        if connection.loss is not None:
            raise ConnectFailed(connection.loss)

    async def _next_handshake(self) -> Handshake:
        handshake, self._handshake = self._handshake, None
        lost = [operation for operation in self._waiting if operation.lost_at is not None]
        if handshake is not None and not lost:
            return handshake
        if not self._opener.is_refreshable:
            return self._opener.handshake()
        # In the context of a subscriber, which may hold what the user's code needs to find its credentials.
        context = next(iter(self._waiting)).context.copy()
        return await asyncio.to_thread(context.run, self._refresh, lost)

    def _refresh(self, operations: list[ActiveOperation]) -> Handshake:
        """Make everything anew that may hold credentials; in a worker thread."""
        handshake = self._opener.handshake()
        for operation in operations:
            operation.payload = self._opener.payload(operation.request)
        return handshake

    def _failed(self, caught: Exception, previous: ConnectionLoss | None) -> ConnectionLoss:
        """An attempt failed: prepare for the next one, or give up."""
        loss = caught.loss if isinstance(caught, ConnectFailed) else losses.unprepared(self._opener.target, caught)
        if previous is not None:
            loss = losses.refused_silently(loss, previous)
        loss, delay = self._outage.failed(loss)
        if delay is None:
            self._give_up(loss)
        else:
            self._delay = delay
            self._leave_behind(delay, loss)
            if self.operations:
                self._outage.goes_on(loss, delay, len(self.operations))
        self._look_unused()
        return loss

    def _leave_behind(self, delay: float, loss: ConnectionLoss) -> None:
        """Fail whom the next attempt would come too late for: the reason tells them more than a timeout."""
        for operation in list(self._waiting):
            if operation.deadline is not None and not operation.deadline.allows(delay):
                self._fail(operation, loss.error())

    # -- ends

    def _give_up(self, loss: ConnectionLoss) -> None:
        for operation in list(self.operations):
            self._fail(operation, loss.error())

    def _end(self, operation: ActiveOperation, error: TransportError | None) -> None:
        if self._forget(operation):
            operation.end(error)

    def _fail(self, operation: ActiveOperation, error: TransportError) -> None:
        if self._forget(operation):
            operation.fail(error)

    def _start_again(self, operation: ActiveOperation, error: TransportError | None) -> None:
        if error is not None:
            self._fail(operation, error)
            self._look_unused()
            return
        self._waiting[operation] = None
        self._go_on()

    def _forget(self, operation: ActiveOperation) -> bool:
        if operation not in self.operations:
            return False
        self._retries.forget(operation)
        self.operations.remove(operation)
        self._waiting.pop(operation, None)
        return True

    def _look_unused(self) -> None:
        if self.operations or self._idle is not None:
            return
        if self._connection is None or self._idle_timeout == 0:
            self._retire()
        elif self._idle_timeout is not None:
            self._idle = self._loop.call_later(self._idle_timeout, self._retire, context=Context())

    def _retire(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        if self._worker is not None and self._worker is not asyncio.current_task():
            self._worker.cancel()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close_soon()
        self._on_unused(self)


def in_background(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run a coroutine in an empty context: it outlives the call that began it and must not keep its variables alive."""
    return Context().run(asyncio.get_running_loop().create_task, coroutine)

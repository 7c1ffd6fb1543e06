"""ReconnectingConnection: a connection that outlives its sockets.

Operations live on this connection from their start to their end, while sockets come and go. One task, the worker, sends
the waiting operations and opens a socket if necessary. Any number of operations can start at once and share one socket.
None of them owns the worker, so cancelling one does not affect the others::

    start --> waiting --worker--> on the socket --> ended
                 ^                     |
                 +-------- loss -------+

``recovery`` decides what a loss means, when to reconnect and which operations continue; this class carries out the
decisions. Without operations, the worker is cancelled and the socket is closed after ``idle_timeout``.

There are no locks, because everything runs on one loop and each method changes state without awaiting in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextvars import Context, copy_context

from ...deadline import Deadline
from ...exceptions import TransportClosed, TransportError
from ...protocol.close_codes import RetryDecision
from ...protocol.http import public_url
from ...request import GraphQLRequest
from ..background import in_background
from ..recovery.loss import ConnectFailed, ConnectionLoss, not_prepared
from ..recovery.operation_retries import OperationRetries
from ..recovery.outage import Attempts, Outage
from ..recovery.policy import ReconnectPolicy
from .active_operation import ActiveOperation
from .connection import Listener, WebSocketConnection
from .connection_end import refused_silently
from .handshake import Dialect, Handshake

OnCarried = Callable[["ReconnectingConnection"], object]
"""A function that is called with the connection of an operation when it starts, and when it moves to another."""

OnRejected = Callable[["ReconnectingConnection", ActiveOperation, OnCarried], object]

OpenSocket = Callable[[Handshake, Listener], Awaitable[WebSocketConnection]]


class ReconnectingConnection(Listener):
    """A logical connection.

    Args:
        dialect: the dialect of the server.
        open_socket: opens a socket and returns it once the server has acknowledged it; raises ``ConnectFailed``.
        policy: the policy for reconnecting; None for never.
        idle_timeout: the seconds for which a socket without operations stays open; None for no limit.
        on_rejected: runs an operation on another connection if the server accepts no more on this one.
        on_unused: called when the connection has neither operations nor a socket.

    Attributes:
        operations: the operations that run or wait, with their ``OnCarried``.
        tried: the latest handshake; None before the first attempt to connect.
        credentials: the credentials of the latest handshake, see ``Handshake``; operations with different ones use
            other connections.
    """

    def __init__(
        self,
        dialect: Dialect,
        open_socket: OpenSocket,
        policy: ReconnectPolicy | None,
        *,
        idle_timeout: float | None,
        on_rejected: OnRejected,
        on_unused: Callable[[ReconnectingConnection], object],
    ) -> None:
        self.operations: dict[ActiveOperation, OnCarried] = {}
        self.tried: Handshake | None = None
        self.credentials: object = None
        self.wire = ""
        self._waiting: dict[ActiveOperation, None] = {}  # in the order in which they are to be sent
        self._connect_waiters: dict[asyncio.Future[None], Context] = {}
        self._capacity: int | None = None
        self._dialect = dialect
        self._open_socket = open_socket
        self._idle_timeout = idle_timeout
        self._on_rejected = on_rejected
        self._on_unused = on_unused
        self._target = public_url(dialect.url)
        self._outage = Outage(self._target, Attempts(policy, refreshable=dialect.is_refreshable))
        self._retries = OperationRetries(
            self._target, policy, self._refresh_payload if dialect.is_refreshable else None, self._send_again
        )
        self._delay = 0.0
        self._failure: ConnectionLoss | None = None  # of the latest attempt
        self._handshake: Handshake | None = None
        self._socket: WebSocketConnection | None = None
        self._worker: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    @property
    def has_room(self) -> bool:
        """Whether the server is expected to accept another operation on this connection."""
        return self._capacity is None or len(self.operations) < self._capacity

    # -- called by the pool and by streams

    async def start(
        self,
        operation: ActiveOperation,
        on_carried: OnCarried,
        handshake: Handshake | None,
        deadline: Deadline | None,
    ) -> None:
        """Run an operation; return when it was sent and, if the protocol has confirmations, confirmed.

        Args:
            operation: the operation.
            on_carried: called with this connection, and again if the operation moves to another.
            handshake: for the next socket, if one must be opened; None to compute it then.
            deadline: the deadline of the caller; None for no limit. The call fails immediately if the next attempt
                would begin later.

        Raises:
            TransportError: it could not be sent.
        """
        operation.sent = self._loop.create_future()
        operation.deadline = deadline
        if deadline is not None:
            deadline.is_connecting = True
        self.add(operation, on_carried, handshake)
        try:
            await operation.sent
        finally:
            operation.sent = operation.deadline = None

    def add(self, operation: ActiveOperation, on_carried: OnCarried, handshake: Handshake | None = None) -> None:
        """Run an operation, without waiting."""
        self.operations[operation] = on_carried
        on_carried(self)
        if self._socket is None:
            self._handshake = handshake or self._handshake
        self._enqueue(operation)

    async def connect(self) -> None:
        """Open a socket. Does nothing if one is open.

        Raises:
            TransportError: it could not be opened.
        """
        if self._socket is not None:
            return
        opened: asyncio.Future[None] = self._loop.create_future()
        self._connect_waiters[opened] = copy_context() if self._dialect.is_refreshable else Context()
        self._wake_worker()
        try:
            await opened
        finally:
            self._connect_waiters.pop(opened, None)
            self._retire_if_unused()

    async def stop(self, operation: ActiveOperation, *, send_stop: bool = True) -> None:
        """End an operation, and stop it on the server unless *send_stop* is False. Does nothing if it has ended."""
        if self._forget(operation):
            if self._socket is not None:
                await self._socket.stop(operation, send_stop=send_stop)
            self._retire_if_unused()

    async def resubscribe(self, operation: ActiveOperation, request: GraphQLRequest, payload: str) -> None:
        """Restart an operation with another request; its sink receives a marker before the first new event."""
        if operation not in self.operations:
            return
        self._retries.forget(operation)
        self._waiting.pop(operation, None)
        operation.request, operation.payload = request, payload
        if self._socket is not None:
            await self._socket.stop(operation)
        operation.sink.resubscribed()
        if operation in self.operations:
            self._enqueue(operation)

    def close(self) -> None:
        """End all operations; running subscriptions end without an error."""
        for operation in list(self.operations):
            if operation.type == "subscription" and operation.sent is None:  # it is running
                self._end(operation, None)
            else:
                self._fail(operation, _closed())
        self._end_connect_waiters(_closed)
        self._retire()

    async def wait_closed(self) -> None:
        """Wait until the worker has ended; a socket that it was opening is then among the open ones."""
        if self._worker is not None:
            await asyncio.wait({self._worker})

    # -- called by the socket: Listener

    def lost(
        self, connection: WebSocketConnection, loss: ConnectionLoss, operations: Collection[ActiveOperation]
    ) -> None:
        if connection is not self._socket:
            return
        self._socket = None
        now = self._loop.time()
        final, delay = self._outage.failed(loss, now, was_useful=connection.was_useful)
        for operation in operations:
            if operation.is_repeatable:
                operation.lost_at = now - loss.silent_for if operation.lost_at is None else operation.lost_at
                self._waiting[operation] = None
            else:
                self._fail(operation, loss.error())
        self._reconnect_or_fail(final, delay)

    def started(self, operation: ActiveOperation) -> None:
        self._retries.succeeded(operation)
        operation.release()

    def finished(
        self, operation: ActiveOperation, error: TransportError | None, decision: RetryDecision = RetryDecision.NO
    ) -> None:
        if decision is RetryDecision.WITH_NEW_CREDENTIALS:
            self._dialect.refused_payload(operation.payload)
        if error is not None and self._retries.schedule(operation, error, decision):
            if operation.sent is None and operation.lost_at is None:
                operation.lost_at = self._loop.time()
            return
        if error is None or self._socket is None or not self._socket.confirms:
            operation.release()  # with confirmations, an error before the confirmation is raised in the caller
        self._end(operation, error)
        self._retire_if_unused()

    def rejected(self, operation: ActiveOperation, error: TransportError) -> None:
        others = len(self.operations) - 1
        if others == 0:
            self.finished(operation, error)  # the server would also reject it on another connection
        elif on_carried := self._forget(operation):
            self._capacity = others
            self._on_rejected(self, operation, on_carried)

    # -- the worker

    def _enqueue(self, operation: ActiveOperation) -> None:
        self._waiting[operation] = None
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        self._wake_worker()

    def _wake_worker(self) -> None:
        if self._worker is None or self._worker.done():
            self._worker = in_background(self._work())

    async def _work(self) -> None:
        """Send all waiting operations, opening a socket if necessary."""
        while self._waiting or self._connect_waiters:
            if self._socket is None:
                await self._connect()
            elif self._socket.is_interrupted:
                await self._socket.resume()  # if that fails, the socket is lost, and another is opened
            else:
                await self._send(next(iter(self._waiting)), self._socket)

    async def _send(self, operation: ActiveOperation, socket: WebSocketConnection) -> None:
        del self._waiting[operation]
        if operation.deadline is not None:
            operation.deadline.is_connected = True
        if operation.lost_at is not None:  # before sending, because events may arrive while it is sent
            operation.sink.reconnected(self._loop.time() - operation.lost_at)
            operation.lost_at = None
        try:
            await socket.start(operation)
        except TransportError:
            return  # the reader of the socket reports the loss, which puts the operation back
        if not socket.confirms:
            operation.release()

    async def _connect(self) -> None:
        """Try to open a socket, after the delay that the policy requires."""
        await asyncio.sleep(self._delay)
        if not (self._waiting or self._connect_waiters):
            return
        try:
            handshake = self.tried = await self._next_handshake()
            self.credentials = handshake.credentials
            socket = await self._open_socket(handshake, self)
            self._end_connect_waiters(None)
            if socket.end.loss is not None:
                raise ConnectFailed(socket.end.loss)
        except Exception as caught:
            self._attempt_failed(caught)
        else:
            self._socket, self._handshake, self._delay, self._failure = socket, None, 0.0, None
            self.wire = socket.wire
            lost_at = [each.lost_at for each in self._waiting if each.lost_at is not None]
            self._outage.ended(self._loop.time(), lost_at, [each.request for each in self._waiting])

    async def _next_handshake(self) -> Handshake:
        handshake, self._handshake = self._handshake, None
        lost = [operation for operation in self._waiting if operation.is_established]
        if handshake is not None and not lost:
            return handshake
        if not self._dialect.is_refreshable:
            return self._dialect.handshake()
        # Runs in the context of a caller, where the user's functions may find the credentials.
        contexts = [*(operation.context for operation in self._waiting), *self._connect_waiters.values()]
        return await asyncio.to_thread(contexts[0].copy().run, self._refresh, lost)

    def _refresh(self, operations: list[ActiveOperation]) -> Handshake:
        """Recompute everything that may contain credentials; runs in a worker thread."""
        handshake = self._dialect.handshake()
        for operation in operations:
            self._refresh_payload(operation)
        return handshake

    def _refresh_payload(self, operation: ActiveOperation) -> None:
        operation.payload = self._dialect.payload(operation.request)

    def _attempt_failed(self, caught: Exception) -> None:
        """Prepare for the next attempt, or give up."""
        loss = caught.loss if isinstance(caught, ConnectFailed) else not_prepared(self._target, caught)
        if self._failure is not None:
            loss = refused_silently(loss, self._failure)
        loss, delay = self._outage.failed(loss, self._loop.time())
        if delay is not None:
            self._fail_impatient(loss, delay)
        self._failure = loss
        self._reconnect_or_fail(loss, delay)

    def _reconnect_or_fail(self, loss: ConnectionLoss, delay: float | None) -> None:
        if loss.decision is RetryDecision.WITH_NEW_CREDENTIALS and self.tried is not None:
            self._dialect.refused(self.tried)
        if delay is not None and (self.operations or self._connect_waiters):
            self._delay = delay
            self._outage.continues(loss, delay, self._loop.time(), [each.request for each in self.operations])
            self._wake_worker()
            return
        for operation in list(self.operations):
            self._fail(operation, loss.error())
        self._end_connect_waiters(loss.error)
        self._retire_if_unused()

    def _fail_impatient(self, loss: ConnectionLoss, delay: float) -> None:
        """Fail callers that wait for their first connection, after enough attempts or if the next would be too late.

        The connection error is more useful to them than a timeout.
        """
        suffice = self._outage.attempts.suffice_for_first
        last = self._outage.last(loss)
        for operation in list(self._waiting):
            is_late = operation.deadline is not None and not operation.deadline.allows(delay)
            if is_late or (suffice and not operation.is_established):
                self._fail(operation, last.error())
        if suffice:
            self._end_connect_waiters(last.error)

    # -- ends

    def _end(self, operation: ActiveOperation, error: TransportError | None) -> None:
        if self._forget(operation):
            operation.end(error)

    def _fail(self, operation: ActiveOperation, error: TransportError) -> None:
        self._end(operation, operation.explained(error))

    def _end_connect_waiters(self, make: Callable[[], TransportError] | None) -> None:
        """Resume the callers of ``connect()``, or raise an error of their own in each."""
        for opened in self._connect_waiters:
            if opened.done():
                continue  # its caller was cancelled
            if make is None:
                opened.set_result(None)
            else:
                opened.set_exception(make())
        self._connect_waiters.clear()

    def _send_again(self, operation: ActiveOperation, error: TransportError | None) -> None:
        if error is None:
            self._enqueue(operation)
            return
        self._fail(operation, error)
        self._retire_if_unused()

    def _forget(self, operation: ActiveOperation) -> OnCarried | None:
        on_carried = self.operations.pop(operation, None)
        if on_carried is not None:
            self._retries.forget(operation)
            self._waiting.pop(operation, None)
        return on_carried

    def _retire_if_unused(self) -> None:
        if self.operations or self._connect_waiters or self._idle is not None:
            return
        if self._socket is None or self._idle_timeout == 0:
            self._retire()
        elif self._idle_timeout is not None:
            self._idle = self._loop.call_later(self._idle_timeout, self._retire, context=Context())

    def _retire(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        if self._worker is not None and self._worker is not asyncio.current_task():
            self._worker.cancel()
        self._failure = None
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close_soon()
        self._on_unused(self)


def _closed() -> TransportClosed:
    return TransportClosed("The transport was closed.")

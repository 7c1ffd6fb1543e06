"""SharedStream: one event stream that carries the results of many operations."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextvars import Context

from ...exceptions import TransportError
from ...protocol.graphql_event_stream import SingleConnectionEventStream
from ...protocol.graphql_response import error_of
from ...protocol.http import public_url
from ...protocol.masking import Mask
from ...protocol.response_stream import Completed, Heartbeat, StreamEvent
from ...result import ABSENT, ExecutionResult
from ..background import in_background
from ..base import EventSink
from ..http.open_response import OpenResponse
from ..recovery.loss import ConnectionLoss, failed, left, silent
from ..recovery.outage import SETTLED_SECONDS
from .connection import ended_early
from .liveness import LIMIT, StreamLiveness
from .options import StreamOptions


class SharedStream:
    """A stream that is read until it is lost or closed.

    Args:
        response: the response, an event stream.
        options: the options of the transport.
        token: the token that identifies the stream.
        stop: sends a request to stop the operation with an id.
        idle_timeout: the seconds for which the stream stays open without operations.

    Attributes:
        token: the argument of the same name.
        operations: the running operations, by their ids.
        loss: the reason why the stream ended; None while it is open.
    """

    def __init__(
        self,
        response: OpenResponse,
        options: StreamOptions,
        token: str,
        stop: Callable[[str], Awaitable[object]],
        *,
        idle_timeout: float,
    ) -> None:
        self.token = token
        self.operations: dict[str, SharedOperation] = {}
        self.loss: ConnectionLoss | None = None
        self.stop = stop
        self.has_delivered = False
        self.reader = SingleConnectionEventStream(*options.reader, response=response.head)
        self._response = response
        self._where = public_url(response.head.url)
        self._mask = Mask(response.sent_headers, response.head.url)
        self._silence: ConnectionLoss | None = None
        self._time = asyncio.get_running_loop().time
        self._opened_at = self._time()
        self._liveness = StreamLiveness(options, self._fell_silent, has_heartbeats=False)
        self._idle_timeout = idle_timeout
        self._idle: asyncio.TimerHandle | None = None
        self._task = in_background(self._run())

    @property
    def was_useful(self) -> bool:
        """Whether the stream delivered a result or stayed open for a while; otherwise it was a failed attempt."""
        return self.has_delivered or self._time() - self._opened_at >= SETTLED_SECONDS

    def begin(self, id: str) -> SharedOperation:
        """Accept results for an operation, which can arrive before the response to its request."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        operation = self.operations[id] = SharedOperation(id, self)
        self.reader.start(id)
        return operation

    def end(self, operation: SharedOperation) -> None:
        """Accept no more results for an operation; does nothing if it has ended."""
        if self.operations.pop(operation.id, None) is None:
            return
        self.reader.stop(operation.id)
        if not self.operations and self.loss is None:
            self._idle = asyncio.get_running_loop().call_later(self._idle_timeout, self._retire, context=Context())

    async def close(self) -> None:
        """Close the stream, which ends its operations on the server."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def _retire(self) -> None:
        self.loss = left(self._where)
        self._task.cancel()

    async def _run(self) -> None:
        loss = left(self._where)
        try:
            loss = await self._read()
        except TransportError as error:
            self._mask.error(error)
            loss = self._liveness.dated(self._silence or failed(error))
        finally:
            self._liveness.stop()
            if self._idle is not None:
                self._idle.cancel()
            self.loss = loss
            for operation in list(self.operations.values()):
                operation.lost(loss)
            await self._response.close()

    async def _read(self) -> ConnectionLoss:
        async with contextlib.aclosing(self._response.iter_bytes()) as chunks:
            async for chunk in chunks:
                self._liveness.received()
                for event in self.reader.feed(chunk):
                    if not isinstance(event, Heartbeat):
                        await self._dispatch(*event)
        return self._liveness.dated(ended_early(self._where))

    async def _dispatch(self, id: str, event: StreamEvent) -> None:
        operation = self.operations.get(id)
        if operation is None:
            return
        self.has_delivered = True
        if isinstance(event, ExecutionResult):
            if event.errors is not None:
                self._mask.errors(event.errors)
            operation.put(event)
            if operation.is_full:
                self._liveness.pause()
                await operation.wait_for_room()
                self._liveness.resume()
            return
        self.end(operation)
        error = None
        if not isinstance(event, Completed):
            self._mask.errors(event.errors)
            error = error_of(ExecutionResult(ABSENT, event.errors))
        operation.finish(error)

    def _fell_silent(self, seconds: float, silent_for: float) -> None:
        self._silence = silent(self._where, LIMIT, seconds, silent_for=silent_for)
        self._response.abort()


class SharedOperation:
    """An operation on a shared stream; implements ``Carrier``.

    Args:
        id: its id.
        stream: the stream.
    """

    last_event_id = ""  # does not apply to the next stream, whose operations have other ids

    def __init__(self, id: str, stream: SharedStream) -> None:
        self.id = id
        self._stream = stream
        self._sink: EventSink | None = None
        self._early: list[ExecutionResult] = []
        self._end: asyncio.Future[ConnectionLoss | None] = asyncio.get_running_loop().create_future()
        self._error: TransportError | None = None

    @property
    def reconnection_time(self) -> float | None:
        return self._stream.reader.reconnection_time

    @property
    def was_useful(self) -> bool:
        return self._stream.was_useful

    async def carry(self, sink: EventSink) -> ConnectionLoss | None:
        """Pass the results to a sink, beginning with those that arrived early; see ``Carrier``."""
        self._sink = sink
        early, self._early = self._early, []
        for result in early:
            self.put(result)
        try:
            loss = await self._end
            if loss is None:
                sink.finish(self._error)
            return loss
        finally:
            await self.leave()

    async def leave(self) -> None:
        """Stop the operation on the server, unless it has ended."""
        if self.id in self._stream.operations:
            self._stream.end(self)
            if self._stream.loss is None:
                await self._stream.stop(self.id)

    def put(self, result: ExecutionResult) -> None:
        """Accept a result."""
        if self._sink is None:
            self._early.append(result)
        elif not self._sink.put(result):
            self._resolve(None)

    @property
    def is_full(self) -> bool:
        """Whether reading must pause until the sink has room."""
        return self._sink is not None and self._sink.blocks and self._sink.full

    async def wait_for_room(self) -> None:
        """Return when the sink has room again."""
        if self._sink is not None:
            await self._sink.wait_for_room()

    def finish(self, error: TransportError | None) -> None:
        """End the operation, because the server ended it."""
        self._error = error
        self._resolve(None)

    def lost(self, loss: ConnectionLoss) -> None:
        """End the operation because its stream was lost."""
        self._resolve(loss)

    def _resolve(self, loss: ConnectionLoss | None) -> None:
        if not self._end.done():
            self._end.set_result(loss)

"""StreamSource: the events of a transport's stream, which runs on the loop of a client."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from ..deadline import Deadline
from ..event_source import EventSource
from ..request import GraphQLRequest
from ..result import ExecutionResult
from ..runtime.event_buffer import EventBuffer, SubscriptionStats
from ..runtime.event_markers import Marker
from ..runtime.runtime import Runtime
from ..transport.base import Stream


class StreamSource(EventSource):
    """A stream and the buffer that it fills.

    It refers neither to the subscription nor to the client, because finalizers of both use it.

    Args:
        runtime: the runtime of the stream.
        stream: the stream that fills the buffer.
        buffer: the buffer that passes the events to the consumer.
    """

    def __init__(self, runtime: Runtime[Any], stream: Stream, buffer: EventBuffer[ExecutionResult]) -> None:
        self._runtime = runtime
        self._stream = stream
        self._buffer = buffer
        self.get: Callable[[float | None], ExecutionResult | Marker] = buffer.get

    def open(self, deadline: Deadline) -> None:
        """Send the operation; return when it was sent. Exceptions of ``Stream.open`` and ``Runtime.run`` propagate."""
        self._runtime.buffers.add(self._buffer)
        try:
            self._runtime.run(self._stream.open(deadline), deadline)
        except BaseException:
            # Ctrl-C may arrive after the operation was sent, so it must be stopped on the server.
            self.abandon()
            raise

    @property
    def closed(self) -> bool:
        return self._buffer.closed

    @property
    def was_open(self) -> bool:
        return not self._buffer.finished or self._buffer in self._runtime.open_when_dropped

    @property
    def stats(self) -> SubscriptionStats:
        stats, lost_at = self._buffer.stats, self._stream.lost_at
        if lost_at is None or self._buffer.finished:
            return stats
        return stats._replace(down_for=max(0.0, time.monotonic() - lost_at))  # the clock of asyncio's loops

    @property
    def protocol(self) -> str:
        return self._stream.protocol

    @property
    def is_inherited(self) -> bool:
        return self._runtime.pid != os.getpid()

    def check_process(self) -> None:
        self._buffer.check_process()

    def notify(self, function: Callable[[], object]) -> None:
        self._buffer.notify(function)

    def discard(self) -> None:
        self._buffer.discard()

    def resubscribe(self, request: GraphQLRequest) -> None:
        self._runtime.thread.spawn(self._stream.resubscribe(request))

    def close(self) -> None:
        if not self.is_inherited:
            self._runtime.end(self._buffer, self._stream.close)

    def abandon(self) -> None:
        self._runtime.abandon(self._buffer, self._stream.close)

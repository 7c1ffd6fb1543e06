"""Sinks that merge the parts of one response to ``@defer`` or ``@stream`` and pass results on to another sink.

A transport reads each part with the sink's ``read`` and puts the result into the sink, like an event of a subscription.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from ..exceptions import TransportProtocolError
from ..incremental_result import IncrementalResult
from ..protocol.incremental_delivery import IncrementalDelivery
from ..result import ABSENT, ExecutionResult, Response
from .base import EventSink


class IncrementalSink(EventSink):
    """The base class of both sinks.

    Args:
        sink: receives the results.
        response: the HTTP response that carries the parts; None over a WebSocket.
    """

    def __init__(self, sink: EventSink, response: Response | None = None) -> None:
        self._sink = sink
        self._delivery = IncrementalDelivery(response)
        self._is_delivered = False

    @property
    def blocks(self) -> bool:
        return self._sink.blocks

    @property
    def full(self) -> bool:
        return self._sink.full

    @property
    def received(self) -> int:
        return self._sink.received

    async def wait_for_room(self) -> None:
        await self._sink.wait_for_room()

    @abstractmethod
    def read(self, payload: Any, response: Response | None = None) -> ExecutionResult:
        """Merge a part and return the result to put.

        Raises:
            TransportProtocolError: the part does not match the earlier parts.
        """

    @property
    def is_complete(self) -> bool:
        """Whether the last part was read. Anything after it does not belong to the response."""
        return self._delivery.finished

    def finish(self, error: Exception | None = None) -> None:
        """End the results; add the data merged so far to *error*, if there is one."""
        if error is None:
            error = self._end()
        if error is not None:
            self._delivery.attach_data(error)
        self._sink.finish(error)

    def reconnected(self, seconds: float) -> None:
        """Do nothing: a response does not continue on another connection."""

    def resubscribed(self) -> None:
        """Do nothing: a response belongs to one request."""

    def _pass_on(self, result: ExecutionResult) -> bool:
        """Pass on a whole result."""
        self._is_delivered = True
        return self._sink.put(result)

    def _end(self) -> TransportProtocolError | None:
        """Return the error of a response that the server ended before its last part."""
        if self._is_delivered:
            return None
        try:
            self._delivery.end()
        except TransportProtocolError as violation:
            return violation
        return None


class SnapshotSink(IncrementalSink):
    """Passes on a snapshot of the response after each part, and ends after the last one."""

    def read(self, payload: Any, response: Response | None = None) -> IncrementalResult:
        return self._delivery.result(self._delivery.feed(payload))

    def put(self, result: ExecutionResult, /) -> bool:
        if not self._delivery.has_begun:
            return self._pass_on(result)  # a result of a protocol that has no responses in parts
        is_wanted = self._sink.put(result)
        if self.is_complete:
            self._sink.finish()  # a server may keep the operation open
        return is_wanted


class WholeSink(IncrementalSink):
    """Passes on the whole response once it is complete.

    It takes no snapshots, so that a list that arrives item by item is not copied for each item.
    """

    @property
    def full(self) -> bool:
        return False

    def read(self, payload: Any, response: Response | None = None) -> ExecutionResult:
        known = len(self._delivery.errors)
        self._delivery.feed(payload)
        # Contains the new errors, so that the transport masks credentials in them.
        return ExecutionResult(ABSENT, self._delivery.errors[known:] or None)

    def put(self, result: ExecutionResult, /) -> bool:
        if not self._delivery.has_begun:
            return self._pass_on(result)
        if self.is_complete and not self._is_delivered:
            self._pass_on(self._delivery.result())
        return True

    def _end(self) -> TransportProtocolError | None:
        error = super()._end()
        if error is None and not self._is_delivered:
            self._pass_on(self._delivery.result())
        return error

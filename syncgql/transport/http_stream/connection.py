"""StreamConnection: one HTTP response whose body is a stream of results."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Callable

from ...exceptions import TransportConnectionFailed, TransportError
from ...protocol.close_codes import RetryDecision
from ...protocol.graphql_response import error_of
from ...protocol.http import public_url
from ...protocol.masking import Mask
from ...protocol.response_stream import Completed, Failed, Heartbeat, StreamReader
from ...result import ABSENT, ExecutionResult
from ..base import EventSink
from ..http.open_response import OpenResponse
from ..recovery.loss import ConnectionLoss, failed, silent
from ..recovery.outage import SETTLED_SECONDS
from .liveness import LIMIT, StreamLiveness
from .options import StreamOptions
from .protocols import StreamProtocol


class StreamConnection:
    """A response that is read as fast as its sink accepts results.

    Args:
        response: the response; its headers announce a stream of *protocol*.
        protocol: the protocol.
        options: the options of the transport.
        is_subscription: whether the operation is a subscription.

    Attributes:
        protocol: the argument of the same name.
    """

    def __init__(
        self, response: OpenResponse, protocol: StreamProtocol, options: StreamOptions, *, is_subscription: bool
    ) -> None:
        self.protocol = protocol
        self._reader: StreamReader = protocol.make_reader(response.head, options.reader, is_subscription)
        self._response = response
        self._options = options
        self._where = public_url(response.head.url)
        self._mask = Mask(response.sent_headers, response.head.url)
        self._time = asyncio.get_running_loop().time
        self._opened_at = self._time()
        self._has_delivered = False
        self._silence: ConnectionLoss | None = None

    @property
    def last_event_id(self) -> str:
        return self._reader.last_event_id

    @property
    def reconnection_time(self) -> float | None:
        return self._reader.reconnection_time

    @property
    def was_useful(self) -> bool:
        """Whether the connection delivered a result or stayed open for a while; otherwise it was a failed attempt."""
        return self._has_delivered or self._time() - self._opened_at >= SETTLED_SECONDS

    async def carry(self, sink: EventSink) -> ConnectionLoss | None:
        """Pass the results to a sink, then close the response; see ``Carrier``."""
        liveness = StreamLiveness(self._options, self._fell_silent, has_heartbeats=self.protocol.has_heartbeats)
        try:
            return await self._read(sink, liveness)
        except TransportError as error:
            if self._reader.may_end:
                sink.finish()
                return None
            self._mask.error(error)
            return liveness.dated(self._silence or failed(error))
        finally:
            liveness.stop()
            await self._response.close()

    async def _read(self, sink: EventSink, liveness: StreamLiveness) -> ConnectionLoss | None:
        feed = self._reader.feed
        async with contextlib.aclosing(self._response.iter_bytes()) as chunks:
            async for chunk in chunks:
                liveness.received()
                for event in feed(chunk):
                    if isinstance(event, ExecutionResult):
                        self._has_delivered = True
                        if event.errors is not None:
                            self._mask.errors(event.errors)
                        if not sink.put(event):
                            return None
                        if sink.blocks and sink.full:
                            liveness.pause()
                            await sink.wait_for_room()
                            liveness.resume()
                    elif isinstance(event, Heartbeat):
                        liveness.heartbeat()
                    else:
                        sink.finish(self._error(event))
                        return None
        if self._reader.may_end:
            sink.finish()
            return None
        return liveness.dated(ended_early(self._where))

    def _error(self, event: Completed | Failed) -> TransportError | None:
        if isinstance(event, Completed):
            return None
        self._mask.errors(event.errors)
        return error_of(ExecutionResult(ABSENT, event.errors, response=self._response.head))

    def _fell_silent(self, seconds: float, silent_for: float) -> None:
        self._silence = silent(self._where, LIMIT, seconds, silent_for=silent_for)
        self._response.abort()


def ended_early(where: str) -> ConnectionLoss:
    """Return the loss of a stream whose body ended before its operation."""
    message = f"{where} ended the stream before the operation was complete."
    make: Callable[[], TransportError] = functools.partial(TransportConnectionFailed, message, sent=True)
    return ConnectionLoss(make, RetryDecision.YES)

"""ActiveOperation: one GraphQL operation over WebSockets, from its start to its end, across sockets."""

from __future__ import annotations

import asyncio
import contextvars

from ...deadline import Deadline
from ...exceptions import TransportError
from ...protocol.response_stream import ResultReader
from ...request import GraphQLRequest
from ..base import EventSink


class ActiveOperation:
    """A request and the sink of its events; created in the thread and context of the caller.

    Args:
        request: the request.
        payload: the request as the JSON text to send.
        type: ``query``, ``mutation`` or ``subscription``.
        sink: receives the events.
        read: reads the results if the response comes in parts; None for ordinary results.
        keeps_context: whether a function of the user may be called when the connection is re-established.

    Attributes:
        context: the context of the caller; an empty one if no function of the user is called later.
        id: its id on the current socket.
        sent: a future that resolves when the operation was sent and, if the protocol has confirmations, confirmed; None
            if no caller waits for it.
        deadline: the deadline of that caller; None for no limit, or if no caller waits.
        is_repeatable: whether it may be sent again after the server has received it. A query or mutation may not,
            because it may have run.
        lost_at: the loop's time from which on events may be missing; None if none are missing.
        was_sent: whether it may have reached the server, on this socket or an earlier one.
    """

    # There may be ten thousand of them on one socket.
    __slots__ = (
        "context",
        "deadline",
        "id",
        "is_repeatable",
        "lost_at",
        "payload",
        "read",
        "request",
        "sent",
        "sink",
        "type",
        "was_sent",
    )

    def __init__(
        self,
        request: GraphQLRequest,
        payload: str,
        type: str,
        sink: EventSink,
        read: ResultReader | None = None,
        *,
        keeps_context: bool = True,
    ) -> None:
        self.request = request
        self.payload = payload
        self.type = type
        self.is_repeatable = type == "subscription"
        self.sink = sink
        self.read = read
        self.context = contextvars.copy_context() if keeps_context else contextvars.Context()
        self.id = ""
        self.sent: asyncio.Future[None] | None = None
        self.deadline: Deadline | None = None
        self.lost_at: float | None = None
        self.was_sent = False

    @property
    def is_established(self) -> bool:
        """Whether it ran and lost its socket. An operation that never ran waits less long for another socket."""
        return self.lost_at is not None

    def release(self) -> None:
        """Resume the caller that waits for the operation to be sent."""
        if self.sent is not None and not self.sent.done():
            self.sent.set_result(None)

    def explained(self, error: TransportError) -> TransportError:
        """Return the error of its connection, with ``sent`` set for this operation."""
        error.sent = self.was_sent and (True if self.sink.received else None)
        return error

    def end(self, error: Exception | None) -> None:
        """End it: raise the error in a caller that still waits for it to be sent, or else end the event stream.

        The sink of a caller that gets the error stays open, for the same operation over another protocol.
        """
        if error is not None and self.sent is not None and not self.sent.done():
            self.sent.set_exception(error)
        else:
            self.sink.finish(error)

"""ActiveOperation: one request over a WebSocket, from its start to its end, whatever sockets carry it."""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING

from ...deadline import Deadline
from ...exceptions import TransportError
from ...request import GraphQLRequest
from ..base import EventSink

if TYPE_CHECKING:
    from .connection import WebSocketConnection
    from .reconnecting_connection import ReconnectingConnection


class ActiveOperation:
    """One request and who takes its answers; made in the thread, and with the context, of whoever asks.

    Args:
        request: what is asked.
        payload: the same, as the server is to get it, in JSON; empty for a visit, which only waits for a socket.
        type: ``query``, ``mutation`` or ``subscription``.
        sink: takes the events.
        keeps_context: whether a function of the user may be called when the connection is re-established.

    Attributes:
        context: the context of whoever asked; an empty one where nothing of the user's is called later.
        link: the link that it runs on.
        connection: the socket that it is on the way over; None while it waits for one.
        id: its id there.
        sent: released when it is on the wire, and confirmed where that is usual, if somebody waits for that.
        deadline: when the caller stops waiting for that; None when nobody waits, or without a limit.
        lost_at: the loop's time when its socket was lost; None when there is no gap in its events.
        was_sent: whether it may have reached the server, over this socket or an earlier one.
    """

    # There may be ten thousand of them on one socket.
    __slots__ = (
        "connection",
        "context",
        "deadline",
        "id",
        "link",
        "lost_at",
        "payload",
        "request",
        "sent",
        "sink",
        "type",
        "was_sent",
    )

    def __init__(
        self, request: GraphQLRequest, payload: str, type: str, sink: EventSink, *, keeps_context: bool = True
    ) -> None:
        self.request = request
        self.payload = payload
        self.type = type
        self.sink = sink
        self.context = contextvars.copy_context() if keeps_context else contextvars.Context()
        self.link: ReconnectingConnection | None = None
        self.connection: WebSocketConnection | None = None
        self.id = ""
        self.sent: asyncio.Future[None] | None = None
        self.deadline: Deadline | None = None
        self.lost_at: float | None = None
        self.was_sent = False

    @property
    def is_visit(self) -> bool:
        """Whether nothing is to be sent: it is there for the socket alone."""
        return not self.payload

    def release(self) -> None:
        """Let go on who waits for it to be on the wire."""
        if self.sent is not None and not self.sent.done():
            self.sent.set_result(None)

    def fail(self, error: TransportError) -> None:
        """End it because of its connection, whose error does not say how far this operation had come."""
        error.sent = self.was_sent and (True if self.sink.received else None)
        self.end(error)

    def end(self, error: Exception | None) -> None:
        """Let who waits for it to be on the wire, or for events, see its end."""
        if error is not None and self.sent is not None and not self.sent.done():
            self.sent.set_exception(error)
            error = None  # raised by now; a sink that kept it, too, would make a cycle with its traceback
        self.sink.finish(error)

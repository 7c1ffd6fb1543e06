"""ConnectionRequest: what a request asks of the connector, and what the connector reports back."""

from __future__ import annotations

from contextvars import ContextVar

from ...deadline import Deadline


class ConnectionRequest:
    """How one HTTP request or WebSocket gets its connection.

    aiohttp passes nothing of the caller's through to a connector, so this travels in a context variable: set
    ``connection_request`` in the task that sends the request, before it does.

    Args:
        deadline: of the call; its progress is noted there.
        is_own: whether to open a connection that takes no slot of the pool and is closed at the end, as a WebSocket and
            an HTTP stream need it.

    Attributes:
        was_reused: whether the connection had carried another request; None when that is unknown, as with a session of
            the user's.
    """

    __slots__ = ("deadline", "is_own", "was_reused")

    def __init__(self, deadline: Deadline, *, is_own: bool = False) -> None:
        self.deadline = deadline
        self.is_own = is_own
        self.was_reused: bool | None = None


connection_request: ContextVar[ConnectionRequest | None] = ContextVar("connection_request", default=None)
"""The connection request of the current task; None for a request from the pool that nothing is known of."""

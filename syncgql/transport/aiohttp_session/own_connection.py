"""own_connection: whether the current task opens connections apart from the pool."""

from __future__ import annotations

from contextvars import ContextVar

own_connection: ContextVar[bool] = ContextVar("own_connection", default=False)
"""True for a WebSocket or an HTTP stream, which keeps its connection for as long as it lives.

Such a connection takes no slot of the pool and is closed at the end. Set this in the task that opens the connection,
before it does; ``HTTPSender.open`` sets it for each request.
"""

"""The default limits of clients and transports."""

from __future__ import annotations

BATCH_MAX = 10
"""The number of requests in a full batch."""

MAX_MESSAGE_SIZE = 16 * 1024 * 1024
"""The maximum size of a message of a WebSocket or of an event of a stream, in bytes; four times that of aiohttp."""

POOL_SIZE = 100
"""The maximum number of connections for requests."""

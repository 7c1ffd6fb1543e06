"""The limit on the size of a message: of a WebSocket, or of an event of a stream."""

from __future__ import annotations

from ...checks import check_count

MAX_MESSAGE_SIZE = 16 * 1024 * 1024
"""The default maximum size, in bytes; four times aiohttp's default."""


def check_message_size(max_message_size: int) -> int:
    """Return *max_message_size*, in bytes; 0 is no limit.

    Raises:
        TypeError: it is not an int.
        ValueError: it is negative.
    """
    return check_count("max_message_size", max_message_size, of="bytes")

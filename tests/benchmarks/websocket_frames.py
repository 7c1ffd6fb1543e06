"""WebSocket frames as servers send them."""

from __future__ import annotations

import struct


def frame(opcode: int, payload: bytes) -> bytes:
    """Return a WebSocket frame as servers send it: unmasked and unfragmented."""
    length = len(payload)
    if length < 126:
        head = bytes([0x80 | opcode, length])
    elif length < 1 << 16:
        head = struct.pack("!BBH", 0x80 | opcode, 126, length)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 127, length)
    return head + payload

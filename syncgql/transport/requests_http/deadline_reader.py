"""DeadlineReader: reads a response from a socket until the deadline of its request.

The timeouts of requests and urllib3 limit each wait for the socket. A server that sends single bytes in time, or
interim responses without end, never exceeds them, because http.client reads until a line and the headers are complete.
"""

from __future__ import annotations

import io
import socket
from contextvars import ContextVar
from typing import Any

from .timeouts import RequestsTimeouts

current_deadline: ContextVar[RequestsTimeouts | None] = ContextVar("current_deadline", default=None)
"""The deadline of the request that the current thread is sending."""


def until_deadline(file: io.BufferedReader, sock: socket.socket) -> io.BufferedReader:
    """Return a replacement for *file*, a new file of the socket *sock*, that respects ``current_deadline``."""
    deadline = current_deadline.get()
    if deadline is None:
        return file
    return io.BufferedReader(DeadlineReader(file.detach(), sock, deadline))


class DeadlineReader(io.RawIOBase):
    """Reads from a socket and checks the deadline before each read.

    Args:
        raw: the file of the socket.
        sock: the socket.
        timeouts: the limits of the call.
    """

    def __init__(self, raw: Any, sock: socket.socket, timeouts: RequestsTimeouts) -> None:
        self._raw = raw
        self._socket = sock
        self._timeouts = timeouts

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._socket.gettimeout() != 0:  # 0: non-blocking
            self._socket.settimeout(self._timeouts.next_wait())
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()

"""Ports that tests pass to programs which then listen there."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """Yield a loopback port; connections are refused until a program listens there.

    Linux gives the port to no other program in the meantime, because a socket is bound to it. As this socket does not
    listen, a server with ``SO_REUSEADDR``, which almost all set, can be bound to it as well.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        if sys.platform != "linux":
            holder.close()
        yield port

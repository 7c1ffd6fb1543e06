"""SingleUseServers: the servers that need a new connection for each request."""

from __future__ import annotations

import logging
import time
from collections.abc import Hashable

from ..messages import Duration

logger = logging.getLogger(__name__)

PERIOD = 600.0
"""The seconds for which a server stays in the list after it last sent bytes without a request."""


class SingleUseServers:
    """The servers that have sent bytes without a request.

    Such bytes are detected before a connection is reused, unless they are still on their way at that moment. Then they
    cannot be distinguished from the response to the next request. So a server that has sent such bytes gets a new
    connection for each request.

    Any number of threads may use the object without a lock, because each operation on its dict is atomic.

    Attributes:
        until: for each server, the end of its period in the list, by ``time.monotonic()``. Usually empty, which every
            request checks first.
    """

    def __init__(self) -> None:
        self.until: dict[Hashable, float] = {}

    def add(self, server: Hashable, name: str) -> None:
        """Add a server.

        Args:
            server: the key of the server in the connection pool.
            name: the host and port, for the log.
        """
        if server not in self:
            logger.warning(
                "%s sent bytes without a request. The connection was closed, and for %s each "
                "request to this server uses a new connection.",
                name,
                Duration(PERIOD),
            )
        self.until[server] = time.monotonic() + PERIOD

    def __contains__(self, server: Hashable) -> bool:
        return self.until.get(server, 0.0) > time.monotonic()


def is_idle_timeout(data: bytes) -> bool:
    """Return whether unsolicited bytes are a 408, which servers and load balancers send to end idle connections."""
    return data.startswith((b"HTTP/1.1 408", b"HTTP/1.0 408"))

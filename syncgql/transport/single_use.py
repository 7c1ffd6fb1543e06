"""SingleUseServers: the servers whose connections carry one request each."""

from __future__ import annotations

import logging
import time
from collections.abc import Hashable

logger = logging.getLogger(__name__)

PERIOD = 600.0
"""Seconds for which a server stays listed after the last bytes that it sent without a request."""


class SingleUseServers:
    """The servers that sent bytes which no request had asked for.

    Such bytes are found before a connection is used again, unless they are still on their way at that moment: then
    nothing tells them from the answer to the next request. So a server that sent some once gets a new connection for
    each request, on which nothing of an earlier request can arrive.

    May be used by several threads at once.

    Attributes:
        until: for each server, until when it is listed, by ``time.monotonic()``. It is usually empty, which every
            request looks at.
    """

    def __init__(self) -> None:
        self.until: dict[Hashable, float] = {}

    def add(self, server: Hashable, name: str) -> None:
        """List a server.

        Args:
            server: what identifies it to the pool of connections.
            name: host and port, for the log.
        """
        if server not in self:
            logger.warning(
                "%s sent bytes that no request had asked for. The connection was closed, and for %.0f seconds each "
                "request to this server takes a new connection.",
                name,
                PERIOD,
            )
        self.until[server] = time.monotonic() + PERIOD

    def __contains__(self, server: Hashable) -> bool:
        return self.until.get(server, 0.0) > time.monotonic()


def is_idle_timeout(data: bytes) -> bool:
    """Tell whether unsolicited bytes are a 408, with which servers and load balancers end idle connections."""
    return data.startswith((b"HTTP/1.1 408", b"HTTP/1.0 408"))

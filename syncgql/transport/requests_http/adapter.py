"""ResponseGuardAdapter: a requests adapter that never takes unexpected bytes on a connection for a response.

urllib3 reuses a connection unless data is waiting in its socket, and drops data that ``http.client`` has read beyond
the end of a response. ``http.client`` skips only status 100: it returns any other interim response (1xx) as the
response to the request, and the final one as the response to the next request
(https://github.com/python/cpython/issues/42550).
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import socket
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.connection import HTTPConnection

from ..single_use import SingleUseServers, is_idle_timeout
from .deadline_reader import current_deadline, until_deadline

MAX_INTERIM_RESPONSES = 100
"""The maximum number of interim responses (1xx) before the response to one request."""


class ResponseGuardAdapter(HTTPAdapter):
    """Sends requests over guarded connections, directly and through proxies.

    Args:
        single_use: the list of servers that send bytes without a request; adapters may share it.
    """

    def __init__(self, single_use: SingleUseServers) -> None:
        self._single_use = single_use
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self._guard(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        is_new = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **options)
        if is_new:
            self._guard(manager)
        return manager

    def _guard(self, manager: PoolManager) -> None:
        # urllib3 documents this attribute for custom pools; it also contains the pools of SOCKS proxies.
        manager.pool_classes_by_scheme = {
            scheme: cast(Any, functools.partial(_guarded(pool), single_use=self._single_use))
            for scheme, pool in manager.pool_classes_by_scheme.items()
        }


class FinalResponse(http.client.HTTPResponse):
    """The final response to a request, without interim responses (1xx), and any bytes that arrived after it.

    Attributes:
        surplus: the bytes after the response; known once the response has been read.
    """

    surplus = b""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._socket = sock
        self.fp = until_deadline(self.fp, sock)

    def begin(self) -> None:
        if self.headers is not None:
            return
        for _ in range(MAX_INTERIM_RESPONSES):
            super().begin()
            if self.status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                self.will_close = True  # another protocol follows
                return
            if not 100 <= self.status < 200:
                return
            self.headers = self.msg = cast(Any, None)  # as before the first response
        raise http.client.HTTPException(f"more than {MAX_INTERIM_RESPONSES} interim responses (status 1xx)")

    def _close_conn(self) -> None:
        # http.client calls this at the end of the response, and then discards the data that it has read ahead.
        timeout = self._socket.gettimeout()
        with contextlib.suppress(OSError):  # no data (TLS), or no longer connected
            self._socket.settimeout(0)
            self.surplus = self.fp.peek(1)
        with contextlib.suppress(OSError):
            self._socket.settimeout(timeout)
        super()._close_conn()  # type: ignore[misc]


class GuardedConnection(HTTPConnection):
    """A connection that records the bytes after its last response."""

    _response: FinalResponse | None = None
    _idle_bytes = b""

    def response_class(self, *args: Any, **options: Any) -> FinalResponse:  # type: ignore[override]
        self._response = FinalResponse(*args, **options)
        return self._response

    @property
    def is_connected(self) -> bool:
        if super().is_connected:
            return True
        if self.sock is not None:
            self._idle_bytes = _read_now(self.sock)
        return False

    def endheaders(self, *args: Any, **options: Any) -> None:
        # Connect here instead of in http.client, to record the connection before anything is sent.
        if self.sock is None:
            self.connect()
        if (timeouts := current_deadline.get()) is not None:
            timeouts.deadline.is_connected = True
        super().endheaders(*args, **options)

    def take_unsolicited(self) -> bytes:
        """Return the bytes that arrived without a request, and clear them."""
        unsolicited = self._idle_bytes or (self._response.surplus if self._response is not None else b"")
        self._idle_bytes = b""
        self._response = None
        return unsolicited


class GuardedPool(HTTPConnectionPool):
    """A pool that closes connections on which data arrived without a request."""

    def __init__(self, *args: Any, single_use: SingleUseServers, **options: Any) -> None:
        super().__init__(*args, **options)
        self._single_use = single_use
        self._server = (self.scheme, self.host, self.port)

    def _get_conn(self, timeout: float | None = None) -> Any:
        if (timeouts := current_deadline.get()) is not None:
            timeouts.deadline.is_connecting = True
        connection: Any = super()._get_conn(timeout)
        if not self._is_fit(connection):
            connection.close()  # it reopens when it is used
        return connection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None and not self._is_fit(conn):
            conn.close()
        super()._put_conn(conn)

    def _is_fit(self, connection: GuardedConnection) -> bool:
        """Return whether a request may use a connection, which may also be closed and reopened for it."""
        unsolicited = connection.take_unsolicited()
        if unsolicited and not is_idle_timeout(unsolicited):
            self._single_use.add(self._server, f"{self.host}:{self.port}")
        return not unsolicited and self._server not in self._single_use


@functools.cache
def _guarded(pool: type[HTTPConnectionPool]) -> type[GuardedPool]:
    """Return a guarded subclass of a pool class and its connection class."""
    connection = type(f"Guarded{pool.ConnectionCls.__name__}", (GuardedConnection, pool.ConnectionCls), {})
    return type(f"Guarded{pool.__name__}", (GuardedPool, pool), {"ConnectionCls": connection})


def _read_now(sock: socket.socket) -> bytes:
    """Return the data that has arrived on a connection that will not be used again."""
    try:
        sock.settimeout(0)
        return sock.recv(1024)
    except OSError:  # the connection has ended, or TLS has no data
        return b""

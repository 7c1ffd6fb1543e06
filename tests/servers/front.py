"""Front: listens in front of a server and forwards bytes, over TLS or from a Unix socket."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from types import TracebackType
from urllib.parse import urlsplit

PATIENCE = 60.0


class Front:
    """Accepts connections and forwards their bytes to a real server and back.

    Args:
        url: the URL of the server.
        context: the TLS context for clients; None for no TLS.
        path: the path of a Unix socket to listen on; None for a loopback port.
    """

    def __init__(self, url: str, *, context: ssl.SSLContext | None = None, path: str | None = None) -> None:
        parts = urlsplit(url)
        self._behind = (parts.hostname or "", parts.port or 0)
        self._context = context
        if path is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.port: int = self._listener.getsockname()[1]
        else:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(path)
            self._listener.listen()
        self._path = parts.path
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self.connections = 0
        self.certificates: list[object] = []

    def url(self, host: str = "localhost", scheme: str = "https") -> str:
        return f"{scheme}://{host}:{self.port}{self._path}"

    def __enter__(self) -> Front:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            _end(sock)
        for thread in self._threads:
            thread.join(PATIENCE)

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name="front", daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._context is not None:
                sock.settimeout(PATIENCE)
                sock = self._context.wrap_socket(sock, server_side=True)
                self.certificates.append(sock.getpeercert())
            behind = socket.create_connection(self._behind)
        except OSError:
            sock.close()
            return
        sock.settimeout(None)
        self._sockets += [sock, behind]
        with sock, behind:
            back = threading.Thread(target=_carry, args=(behind, sock), name="front-back", daemon=True)
            back.start()
            _carry(sock, behind)
            back.join(PATIENCE)


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    _end(source)
    _end(target)


def _end(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)

"""WireServer: a TCP server for behavior that no real server shows, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple

PATIENCE = 60.0  # seconds that a script waits for the client


class WireRequest(NamedTuple):
    """A request as received; header names are in lower case, and all values are kept."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key == name.lower()]
        return values[0] if values else None


class WireConnection:
    """One accepted connection, used by a script."""

    def __init__(self, sock: socket.socket, requests: list[WireRequest]) -> None:
        self.socket = sock
        self._requests = requests
        self._buffer = b""

    def read_request(self) -> WireRequest | None:
        """Return the next request, read completely; None if the client has closed the connection."""
        head = self.read_head()
        if head is None:
            return None
        is_chunked = head.header("transfer-encoding") is not None
        body = self._read_chunks() if is_chunked else self._read(int(head.header("content-length") or 0))
        if body is None:
            return None
        request = head._replace(body=body)
        self._requests.append(request)
        return request

    def read_head(self) -> WireRequest | None:
        """Return the next request without its body, which is read later; None after the client has closed."""
        head = self._read_until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        method, target, _ = first.split(" ")
        return WireRequest(method, target, headers, b"")

    def read_to_end(self) -> bytes:
        """Return all data until the client closes or resets the connection."""
        self.wait_for_end()
        data, self._buffer = self._buffer, b""
        return data

    def discard(self, length: int) -> None:
        """Read and discard the given number of bytes."""
        length -= len(self._buffer)
        self._buffer = b""
        room = bytearray(1024 * 1024)
        while length > 0:
            received = self.socket.recv_into(room, min(length, len(room)))
            assert received, f"The client left {length} bytes too early."
            length -= received

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.socket.sendall(piece)

    def wait_for_end(self) -> None:
        """Wait until the client has closed the connection."""
        while self._fill():
            pass

    def reset(self) -> None:
        """Close with an RST, so that the client sees a reset instead of an end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _read(self, length: int) -> bytes | None:
        while len(self._buffer) < length:
            if not self._fill():
                return None
        data, self._buffer = self._buffer[:length], self._buffer[length:]
        return data

    def _read_chunks(self) -> bytes | None:
        body = b""
        while True:
            line = self._read_until(b"\r\n")
            chunk = None if line is None else self._read(int(line, 16) + 2)
            if chunk is None or len(chunk) == 2:
                return None if chunk is None else body
            body += chunk[:-2]

    def _read_until(self, end: bytes) -> bytes | None:
        while end not in self._buffer:
            if not self._fill():
                return None
        head, _, self._buffer = self._buffer.partition(end)
        return head

    def _fill(self) -> bool:
        try:
            data = self.socket.recv(65536)
        except OSError:
            return False
        self._buffer += data
        return bool(data)


Script = Callable[[WireConnection], None]


def answer(
    body: bytes = b'{"data": {"ok": true}}',
    *headers: str,
    status: str = "200 OK",
    content_type: str | None = "application/json",
    length: bool = True,
) -> bytes:
    """Return the bytes of an HTTP response."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def always(*answers: bytes) -> Script:
    """Return a script that sends the responses for each connection in order, and repeats the last one."""

    def script(connection: WireConnection) -> None:
        number = 0
        while connection.read_request() is not None:
            connection.send(answers[min(number, len(answers) - 1)])
            number += 1

    return script


class WireServer:
    """Listens on a loopback port and passes each connection to the next script; the last one serves all further ones.

    A script runs in a separate thread; when it returns, its connection is closed.
    """

    def __init__(self, *scripts: Script, context: ssl.SSLContext | None = None) -> None:
        self._scripts = scripts
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self.requests: list[WireRequest] = []
        self.connections = 0
        self._acceptor = threading.Thread(target=self._accept, name="wire-server", daemon=True)

    @property
    def url(self) -> str:
        return f"http{'s' if self._context else ''}://127.0.0.1:{self.port}/graphql"

    def __enter__(self) -> WireServer:
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(PATIENCE)
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self.wait_for_scripts()

    def wait_for_scripts(self) -> None:
        """Wait until all scripts so far have ended and their connections are closed."""
        for thread in self._threads:
            thread.join(PATIENCE)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.settimeout(PATIENCE)
            script = self._scripts[min(self.connections, len(self._scripts) - 1)]
            self.connections += 1
            self._sockets.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock, script), name="wire-connection", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, script: Script) -> None:
        with contextlib.suppress(OSError), sock:
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
            with sock:
                script(WireConnection(sock, self.requests))

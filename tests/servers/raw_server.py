"""A server made of bare sockets, for what no real server can be brought to do."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from typing import Any

PATIENCE = 30.0  # seconds that a socket waits for the client


class RawServer:
    """Accepts connections on a loopback port and hands each to ``handle``, in a thread of its own.

    Use it as a context manager; leaving it waits for the threads and raises what went wrong in them.

    Args:
        handle: talks to one client; the connection is closed when it returns.
    """

    def __init__(self, handle: Callable[[RawConnection], None]) -> None:
        self._handle = handle
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []
        self._acceptor = threading.Thread(target=self._accept, name="raw-server")
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/graphql"

    @property
    def connections(self) -> int:
        """How many there were."""
        return len(self._threads)

    def __enter__(self) -> RawServer:
        self._acceptor.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()
        if self._errors and kind is None:
            raise self._errors[0]

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # shut down
                return
            thread = threading.Thread(target=self._serve, args=(client,), name="raw-server")
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(PATIENCE)
        with client:
            try:
                self._handle(RawConnection(client))
            except BaseException as error:
                self._errors.append(error)


class RawConnection:
    """One connection of a raw server."""

    def __init__(self, client: socket.socket) -> None:
        self.socket = client
        self._buffer = bytearray()

    def read_head(self) -> tuple[str, dict[str, str]]:
        """Read up to the end of a request's headers; return its first line and them, their names in lower case."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._receive():
                raise EOFError("The client left before its request was complete.")
        head = self._take(self._buffer.index(b"\r\n\r\n") + 4).removesuffix(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        pairs = (field.partition(": ") for field in fields)
        return line, {name.lower(): value for name, _, value in pairs}

    def read_body(self, headers: dict[str, str]) -> bytes:
        """Read a request's body, as long as its headers say."""
        if "content-length" in headers:
            return self.read_exactly(int(headers["content-length"]))
        body = b""
        while size := int(self._read_line(), 16):
            body += self.read_exactly(size)
            self._read_line()
        self._read_line()
        return body

    def read_request(self) -> tuple[dict[str, str], bytes]:
        """Read a request; return its headers and its body."""
        _, headers = self.read_head()
        return headers, self.read_body(headers)

    def read_exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if not self._receive():
                raise EOFError(f"The client left after {len(self._buffer)} of {size} bytes.")
        return self._take(size)

    def read_until_closed(self) -> bytes:
        """Read what the client sends until it closes the connection, or resets it."""
        try:
            while self._receive():
                pass
        except ConnectionResetError:
            pass
        return self._take(len(self._buffer))

    def discard(self, size: int) -> None:
        """Read and forget so many bytes."""
        size -= len(self._take(len(self._buffer)))
        room = bytearray(1024 * 1024)
        while size > 0:
            received = self.socket.recv_into(room, min(size, len(room)))
            if not received:
                raise EOFError(f"The client left {size} bytes too early.")
            size -= received

    def answer(self, body: Any, status: int = 200, content_type: str = "application/json", **headers: str) -> None:
        """Send an answer: bytes as they are, all else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = {"Content-Type": content_type, "Content-Length": str(len(data)), **headers}
        lines = [f"HTTP/1.1 {status} X", *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items())]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + data)

    def _read_line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            if not self._receive():
                raise EOFError("The client left within a line.")
        return self._take(self._buffer.index(b"\r\n") + 2).removesuffix(b"\r\n")

    def _take(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _receive(self) -> bool:
        received = self.socket.recv(65536)
        self._buffer += received
        return bool(received)

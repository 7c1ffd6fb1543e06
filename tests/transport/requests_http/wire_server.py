"""A raw server for one connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable


class WireServer:
    """Responds to one connection with the data that a function sends."""

    def __init__(self, talk: Callable[[socket.socket], None]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._talk = talk
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/graphql"
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            request = b""
            while not request.endswith(b"}"):  # the end of the document
                request += connection.recv(65536)
            try:
                self._talk(connection)
            except OSError:
                pass  # the client left

    def __enter__(self) -> WireServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._thread.join(30)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n"

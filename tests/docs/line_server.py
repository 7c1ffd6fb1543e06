"""LineServer: the library as JSON lines over TCP, for the page on custom transports."""

from __future__ import annotations

import asyncio
import json
import socketserver
import threading
from typing import Any

from .library_server import schema


class LineServer:
    """Serves in a thread inside a ``with`` block; each connection carries one operation.

    Attributes:
        host: the host that it listens on.
        port: the port that it listens on.
    """

    def __init__(self) -> None:
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self.host, self.port = self._server.server_address[:2]

    def __enter__(self) -> LineServer:
        threading.Thread(target=self._server.serve_forever, args=(0.01,)).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Conversation(socketserver.StreamRequestHandler):
    """A line with the request, then a line for each result."""

    def handle(self) -> None:
        asyncio.run(self._run(json.loads(self.rfile.readline())))

    async def _run(self, request: dict[str, Any]) -> None:
        if not request["query"].startswith("subscription"):
            self._write(await schema.execute(request["query"], request.get("variables")))
            return
        async for event in await schema.subscribe(request["query"], request.get("variables")):
            self._write(event)

    def _write(self, result: Any) -> None:
        line = {"data": result.data, "errors": [error.formatted for error in result.errors or ()] or None}
        self.wfile.write(json.dumps(line).encode() + b"\n")

"""serve(): the inside of a server process, the other half of ServerProcess."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import suppress
from typing import Any

import uvicorn


def serve(app: Any, path: str = "/graphql", *, port: int = 0, ping: tuple[float, float] = (20, 20)) -> None:
    """Serve an ASGI application on the loopback interface until standard input ends or a signal arrives.

    Prints the URL, with ``path``, as soon as connections are accepted.

    Args:
        app: the application.
        path: the path of the URL that is printed.
        port: where to listen; 0 for a free port.
        ping: seconds between the pings that WebSockets get, and for which the answer may take.

    Raises:
        SystemExit: the port is taken, or may not be used.
    """
    try:
        listener = socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        sys.exit(f"Cannot listen on port {port}: {error}. Use another --port.")
    with listener, suppress(KeyboardInterrupt):
        asyncio.run(_serve(app, path, listener, ping))


async def _serve(app: Any, path: str, listener: socket.socket, ping: tuple[float, float]) -> None:
    config = uvicorn.Config(
        app,
        loop="asyncio",
        ws="websockets-sansio",  # tells the application which close code came from the client
        ws_ping_interval=ping[0],
        ws_ping_timeout=ping[1],
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    _leave_with_parent(server)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    # The socket listens already: whoever connects from now on is served.
    print(f"http://127.0.0.1:{listener.getsockname()[1]}{path}", flush=True)
    await serving


def _leave_with_parent(server: uvicorn.Server) -> None:
    """Stop the server when standard input ends, as it does when the parent closes it or dies."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            loop.remove_reader(sys.stdin)
            server.should_exit = True

    # Windows' loop cannot watch a pipe and no loop watches a file; there the parent's terminate() is the only way.
    with suppress(NotImplementedError, PermissionError):
        loop.add_reader(sys.stdin, read)

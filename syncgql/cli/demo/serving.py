"""serve(): the code that runs inside a process started by ServerProcess."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import suppress
from typing import Any

import uvicorn


def serve(app: Any, path: str = "/graphql", *, port: int = 0, ping: tuple[float, float] = (20, 20)) -> None:
    """Serve an ASGI application on the loopback interface until the end of standard input or a signal.

    Prints the URL as soon as connections are accepted.

    Args:
        app: the application.
        path: the path of the printed URL.
        port: the port to listen on; 0 for a free port.
        ping: the seconds between two WebSocket pings, and the seconds to wait for the pong.

    Raises:
        SystemExit: the port is in use, or not permitted.
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
        ws="websockets-sansio",  # passes the client's close code to the application
        ws_ping_interval=ping[0],
        ws_ping_timeout=ping[1],
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    _stop_with_parent(server)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    # The socket is listening already, so connections are accepted from now on.
    print(f"http://127.0.0.1:{listener.getsockname()[1]}{path}", flush=True)
    await serving


def _stop_with_parent(server: uvicorn.Server) -> None:
    """Stop the server at the end of standard input, which comes when the parent closes it or dies."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            loop.remove_reader(sys.stdin)
            server.should_exit = True

    # The loop on Windows cannot watch a pipe, and no loop can watch a file; then only terminate() stops the server.
    with suppress(NotImplementedError, PermissionError):
        loop.add_reader(sys.stdin, read)

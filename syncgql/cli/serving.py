"""serve(): the inside of a server process, the other half of ServerProcess."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import suppress
from typing import Any

import uvicorn


def serve(app: Any, path: str = "/graphql") -> None:
    """Serve an ASGI application on a free loopback port until standard input ends or a signal arrives.

    Prints the URL, with ``path``, as soon as connections are accepted.
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(app, path))


async def _serve(app: Any, path: str) -> None:
    config = uvicorn.Config(
        app,
        loop="asyncio",
        ws="websockets-sansio",  # tells the application which close code came from the client
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
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

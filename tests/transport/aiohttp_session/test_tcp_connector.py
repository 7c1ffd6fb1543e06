"""TCPConnector: sockets that end with the process that opened them, and contexts that are not kept alive."""

from __future__ import annotations

import asyncio
import contextvars
import os
import socket

import pytest
from aiohttp.client_proto import ResponseHandler

from syncgql.transport.aiohttp_session.connector import Socket, in_empty_context

variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)


def connected() -> tuple[Socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
        near.connect(server.getsockname())
        far, _ = server.accept()
    far.settimeout(0.2)
    return near, far


def test_closing_ends_a_connection_with_duplicated_descriptors() -> None:
    """The peer sees the end although the descriptor was duplicated, as in a fork."""
    near, far = connected()
    copy = os.dup(near.fileno())
    near.close()
    assert far.recv(1) == b""
    os.close(copy)
    far.close()


def test_closing_in_another_process_leaves_the_connection_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that closes its inherited sockets does not end the parent's connection."""
    near, far = connected()
    copy = os.dup(near.fileno())
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        near.close()
    with pytest.raises(TimeoutError):
        far.recv(1)
    os.close(copy)
    far.close()


def test_closing_an_unconnected_socket() -> None:
    """There is nothing to shut down, and closing twice is allowed."""
    unconnected = Socket(socket.AF_INET, socket.SOCK_STREAM)
    unconnected.close()
    unconnected.close()


class Connection(ResponseHandler):
    """A connection that opens immediately and records its context."""

    def __init__(self) -> None:
        super().__init__(asyncio.get_running_loop())
        self.variable = variable.get()
        self.was_closed = False

    def close(self) -> None:
        self.was_closed = True


async def open_one() -> ResponseHandler:
    return Connection()


def test_in_empty_context() -> None:
    """Opening sees no variables of the caller; its result and its errors are returned."""

    async def fail() -> ResponseHandler:
        raise LookupError

    async def main() -> None:
        variable.set(1)
        assert Connection().variable == 1
        connection = await in_empty_context(open_one())
        assert isinstance(connection, Connection)
        assert connection.variable == 0
        with pytest.raises(LookupError):
            await in_empty_context(fail())

    asyncio.run(main())


def test_an_unwanted_connection_is_closed() -> None:
    """If it is cancelled at the moment when it opens, nothing else refers to it."""
    opened: list[Connection] = []

    async def open_and_tell() -> ResponseHandler:
        opened.append(Connection())
        # The task that waits for this one is cancelled when this one has already finished.
        asyncio.get_running_loop().call_soon(callers[0].cancel)
        return opened[0]

    async def main() -> None:
        callers.append(asyncio.get_running_loop().create_task(in_empty_context(open_and_tell())))
        await asyncio.wait(callers)
        await asyncio.sleep(0)

    callers: list[asyncio.Task[ResponseHandler]] = []
    asyncio.run(main())
    assert callers[0].cancelled()
    assert opened[0].was_closed

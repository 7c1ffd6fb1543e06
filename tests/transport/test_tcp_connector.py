"""TCPConnector: sockets that end with the process that opened them, and contexts that are not kept."""

from __future__ import annotations

import asyncio
import contextvars
import os
import socket

import pytest

from syncgql.transport.tcp_connector import Socket, in_empty_context

variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)


def connected() -> tuple[Socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = Socket(socket.AF_INET, socket.SOCK_STREAM)
        near.connect(server.getsockname())
        far, _ = server.accept()
    far.settimeout(0.2)
    return near, far


def test_closing_ends_the_connection_whoever_holds_a_copy() -> None:
    """The other side sees the end although the descriptor was duplicated, as a fork does."""
    near, far = connected()
    copy = os.dup(near.fileno())
    near.close()
    assert far.recv(1) == b""
    os.close(copy)
    far.close()


def test_closing_in_another_process_leaves_the_connection_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that closes what it inherited does not end the parent's connection."""
    near, far = connected()
    copy = os.dup(near.fileno())
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        near.close()
    with pytest.raises(TimeoutError):
        far.recv(1)
    os.close(copy)
    far.close()


def test_closing_what_is_not_connected() -> None:
    """There is nothing to shut down, and closing twice is closing once."""
    unconnected = Socket(socket.AF_INET, socket.SOCK_STREAM)
    unconnected.close()
    unconnected.close()


def test_in_empty_context() -> None:
    """The work sees no variable of the caller's; its result and its errors arrive."""

    async def look(fail: bool = False) -> int:
        if fail:
            raise LookupError
        return variable.get()

    async def main() -> None:
        variable.set(1)
        assert await look() == 1
        assert await in_empty_context(look()) == 0
        with pytest.raises(LookupError):
            await in_empty_context(look(fail=True))

    asyncio.run(main())

"""A TCP proxy that loses, delays and cuts what passes through it, at the byte that a test names."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["none", "reset", "end", "half_close", "stall", "delay"]


class TCPProxy:
    """A proxy in a thread of its own in front of one server.

    Args:
        target: the server's URL.
        fault: what happens to the bytes from the server once *after* of them were passed on: ``reset`` breaks both
            connections (RST), ``end`` closes both (FIN), ``half_close`` ends only the direction to the client,
            ``stall`` passes nothing on any more in either direction, ``delay`` holds the rest back for a moment.
        after: the number of bytes.
    """

    DELAY = 0.05  # seconds

    def __init__(self, target: str, fault: Fault = "none", after: int = 0) -> None:
        parts = urlsplit(target)
        self._target = (str(parts.hostname), int(parts.port or 80))
        self._path = parts.path
        self._fault = fault
        self._after = after
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="tcp-proxy", daemon=True)

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}{self._path}"

    def stall(self) -> None:
        """Pass nothing on any more, in either direction, on any connection."""
        self._loop.call_soon_threadsafe(self._passing.clear)

    def __enter__(self) -> TCPProxy:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._passing = asyncio.Event()
        self._passing.set()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._join(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(*self._target)
        writers = (writer, server_writer)

        async def back(data: bytes, passed: int) -> bool:
            """Pass data on to the client, up to the fault; return whether to go on."""
            room = self._after - passed
            if self._fault == "none" or len(data) <= room or room < 0:
                writer.write(data)
                return True
            writer.write(data[:room])
            await writer.drain()
            return await self._apply(writers, data[room:])

        async def forth(data: bytes, passed: int) -> bool:
            server_writer.write(data)
            return True

        try:
            await asyncio.gather(self._pass(reader, server_writer, forth), self._pass(server_reader, writer, back))
        finally:
            for end in writers:
                end.transport.abort()

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        pass_on: Callable[[bytes, int], Awaitable[bool]],
    ) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._passing.wait()
                if not await pass_on(data, passed):
                    return
                passed += len(data)
                await writer.drain()
            writer.write_eof()

    async def _apply(self, writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter], rest: bytes) -> bool:
        if self._fault == "delay":
            await asyncio.sleep(self.DELAY)
            writers[0].write(rest)
            return True
        if self._fault == "half_close":
            writers[0].write_eof()
        elif self._fault == "stall":
            self._passing.clear()
        else:
            for writer in writers:
                if self._fault == "reset":
                    raw = writer.get_extra_info("socket")
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.close()
        return False

"""A TCP proxy that loses, delays and cuts data at a byte that the test selects."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["none", "reset", "end", "half_close", "stall", "delay"]


class TCPProxy:
    """A proxy in a separate thread in front of one server.

    A fault affects the data from the server after a number of bytes: ``reset`` breaks both connections (RST), ``end``
    closes both (FIN), ``half_close`` ends only the direction to the client, ``stall`` passes nothing on any more in
    either direction, ``delay`` holds the rest back for a moment.

    Args:
        target: the server's URL.
        faults: the fault and the number of bytes for each of its addresses; by default there is one, without a fault.

    Attributes:
        passed: the number of bytes from the server on the connection that received data last.
    """

    DELAY = 0.05  # seconds

    def __init__(self, target: str, faults: Sequence[tuple[Fault, int]] = (("none", 0),)) -> None:
        parts = urlsplit(target)
        self._target = (str(parts.hostname), int(parts.port or 80))
        self._path = parts.path
        self._faults = faults
        self._ports: list[int] = []
        self.passed = 0
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tcp-proxy", daemon=True)

    @property
    def ws_urls(self) -> list[str]:
        """The addresses, in the order of their faults."""
        return [f"ws://127.0.0.1:{port}{self._path}" for port in self._ports]

    @property
    def ws_url(self) -> str:
        """The first address."""
        return self.ws_urls[0]

    @property
    def url(self) -> str:
        """The first address, for HTTP."""
        return f"http://127.0.0.1:{self._ports[0]}{self._path}"

    def drop(self) -> None:
        """Break all connections that there are; further ones pass."""

        def cancel() -> None:
            for task in self._tasks:
                task.cancel()

        self._loop.call_soon_threadsafe(cancel)

    def stall(self) -> None:
        """Forward nothing from now on, in either direction, on any connection."""
        self._loop.call_soon_threadsafe(self._passing.clear)

    def __enter__(self) -> TCPProxy:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve(), debug=False)  # debug mode would take most of the time

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._passing = asyncio.Event()
        self._passing.set()
        self._tasks: set[asyncio.Task[None]] = set()
        servers = [await self._listen(fault, after) for fault, after in self._faults]
        self._ports = [server.sockets[0].getsockname()[1] for server in servers]
        self._started.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, fault: Fault, after: int) -> asyncio.Server:
        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.get_running_loop().create_task(self._join(reader, writer, fault, after))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return await asyncio.start_server(connected, "127.0.0.1", 0)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault, after: int) -> None:
        passed = 0
        server_reader, server_writer = await asyncio.open_connection(*self._target)
        writers = (writer, server_writer)
        passing = asyncio.Event()
        passing.set()

        async def back(data: bytes) -> bool:
            """Forward data to the client, up to the fault; return whether to continue."""
            nonlocal passed
            room = after - passed
            self.passed = passed = passed + len(data)
            if fault == "none" or len(data) <= room or room < 0:
                writer.write(data)
                return True
            writer.write(data[:room])
            await writer.drain()
            if fault == "stall":
                passing.clear()
            return await self._apply(fault, writers, data[room:])

        async def forth(data: bytes) -> bool:
            await passing.wait()
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
        pass_on: Callable[[bytes], Awaitable[bool]],
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._passing.wait()
                if not await pass_on(data):
                    return
                await writer.drain()
            writer.write_eof()

    async def _apply(
        self, fault: Fault, writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter], rest: bytes
    ) -> bool:
        if fault == "delay":
            await asyncio.sleep(self.DELAY)
            writers[0].write(rest)
            return True
        if fault == "half_close":
            writers[0].write_eof()
        elif fault in ("reset", "end"):
            for writer in writers:
                if fault == "reset":
                    raw = writer.get_extra_info("socket")
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.close()
        return False

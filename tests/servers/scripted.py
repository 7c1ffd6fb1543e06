"""A WebSocket server that follows a script, frame by frame, for behavior that no real server shows."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import socket
import struct
import threading
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 0x1, 0x2, 0x8, 0x9, 0xA, 0x0

MODERN = "graphql-transport-ws"
LEGACY = "graphql-ws"

Script = Callable[["Peer"], Awaitable[object]]


def frame(opcode: int, payload: bytes = b"", *, final: bool = True, reserved: int = 0) -> bytes:
    """Return the bytes of one frame of a server, with these reserved bits."""
    return header(opcode, len(payload), final=final, reserved=reserved) + payload


def header(opcode: int, size: int, *, final: bool = True, reserved: int = 0) -> bytes:
    """Return the bytes before the payload of a frame."""
    if size < 126:
        length = bytes([size])
    elif size <= 0xFFFF:
        length = b"\x7e" + struct.pack("!H", size)
    else:
        length = b"\x7f" + struct.pack("!Q", size)
    return bytes([opcode | reserved | (0x80 if final else 0)]) + length


class Gone(Exception):
    """The client has disconnected."""


class Peer:
    """The server's side of one connection.

    Attributes:
        headers: the headers of the upgrade request, with lower-case names.
        target: the request target: path and query string.
        number: the number of this connection of the server, from 1.
        received: all messages that the client has sent so far.
    """

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self.headers: dict[str, str] = {}
        self.target = ""
        self.received: list[dict[str, Any]] = []
        self.pongs: list[bytes] = []
        self.closed_with: tuple[int, str] | None = None
        self._inflate = zlib.decompressobj(-15).decompress
        self._reader = reader
        self._writer = writer

    @property
    def subprotocols(self) -> list[str]:
        """The subprotocols that the client offers."""
        return [name.strip() for name in self.headers.get("sec-websocket-protocol", "").split(",") if name.strip()]

    # -- opening

    async def read_request(self) -> None:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        self.target = head[0].split(" ")[1]
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}

    async def accept(self, subprotocol: str | None = MODERN, *headers: str, extensions: str | None = None) -> None:
        """Accept the upgrade, with further headers as lines."""
        digest = hashlib.sha1((self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode())
        lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", *headers]
        lines.append("Sec-WebSocket-Accept: " + base64.b64encode(digest.digest()).decode())
        if subprotocol is not None:
            lines.append("Sec-WebSocket-Protocol: " + subprotocol)
        if extensions is not None:
            lines.append("Sec-WebSocket-Extensions: " + extensions)
        await self.write("\r\n".join([*lines, "", ""]).encode())

    async def refuse(self, status: int, body: str = "", **headers: str) -> None:
        """Respond to the upgrade with another status than 101."""
        lines = [f"HTTP/1.1 {status} No", f"Content-Length: {len(body.encode())}", "Content-Type: text/plain"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.write("\r\n".join([*lines, "", body]).encode())

    async def acknowledge(
        self, subprotocol: str = MODERN, extensions: str | None = None, **members: Any
    ) -> dict[str, Any]:
        """Open the connection up to the acknowledgement; return the client's ``connection_init``."""
        await self.accept(subprotocol, extensions=extensions)
        init = await self.expect("connection_init")
        await self.send("connection_ack", **members)
        return init

    # -- sending

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def frame(self, opcode: int, payload: bytes = b"", *, final: bool = True) -> None:
        """Send one frame."""
        await self.write(frame(opcode, payload, final=final))

    async def text(self, text: str) -> None:
        await self.frame(TEXT, text.encode())

    async def send(self, type: str, **members: Any) -> None:
        """Send a message."""
        await self.text(json.dumps({"type": type, **members}))

    async def close(self, code: int | None = 1000, reason: str = "") -> None:
        """Send a close frame, wait for the answer and end the connection; None sends no code."""
        await self.frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason.encode())
        with contextlib.suppress(Gone):
            await self.drain()

    async def end(self) -> None:
        """End the TCP connection (FIN) without a close frame."""
        self._writer.close()

    async def reset(self) -> None:
        """Break the TCP connection (RST)."""
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def flood(self, data: bytes) -> None:
        """Send enough data for the client's answers to fill the connection, and discard received data."""
        discarding = asyncio.create_task(self.discard())
        try:
            for start in range(0, len(data), 65_536):
                await self.write(data[start : start + 65_536])
        finally:
            discarding.cancel()
            await asyncio.wait({discarding})

    async def discard(self) -> None:
        """Read until the client ends the TCP connection, without answering."""
        while await self._reader.read(65_536):
            pass

    # -- receiving

    async def receive(self) -> dict[str, Any]:
        """Return the next message; pings are answered, and pongs are collected.

        Raises:
            Gone: the client closed the connection, or it broke.
        """
        while True:
            opcode, payload = await self._read_frame()
            if opcode == CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if payload else 1005
                self.closed_with = (code, payload[2:].decode())
                with contextlib.suppress(OSError):
                    await self.frame(CLOSE, payload[:2])
                raise Gone
            if opcode == PING:
                await self.frame(PONG, payload)
            elif opcode == PONG:
                self.pongs.append(payload)
            else:
                message: dict[str, Any] = json.loads(payload)
                self.received.append(message)
                return message

    async def receive_pong(self) -> bytes:
        """Return the data of the next frame, which must be a pong."""
        opcode, payload = await self._read_frame()
        assert opcode == PONG
        return payload

    async def expect(self, type: str) -> dict[str, Any]:
        """Return the next message, which must be of this type."""
        message = await self.receive()
        assert message["type"] == type, f"expected {type}, the client sent {message}"
        return message

    async def watch_to_end(self) -> list[tuple[int, bytes]]:
        """Read until the client ends the TCP connection, without answering; return opcode and payload of each frame."""
        frames = []
        with contextlib.suppress(Gone):
            while True:
                frames.append(await self._read_frame())
        return frames

    async def drain(self) -> tuple[int, str]:
        """Read until the client closes the connection; return its close code and reason."""
        with contextlib.suppress(Gone):
            while True:
                await self.receive()
        return self.closed_with or (1006, "")

    async def _read_frame(self) -> tuple[int, bytes]:
        try:
            first, second = await self._reader.readexactly(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack("!H", await self._reader.readexactly(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", await self._reader.readexactly(8))[0]
            mask = await self._reader.readexactly(4)
            payload = await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, OSError):
            raise Gone from None
        payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        if first & 0x40:
            payload = self._inflate(payload + b"\0\0\xff\xff")
        return first & 0x0F, payload


class ScriptedServer:
    """A server in a background thread that runs *script* for each connection.

    Exceptions of the script are raised at the end of the ``with`` block, except if the client has disconnected.
    """

    def __init__(self, script: Script) -> None:
        self.peers: list[Peer] = []
        self._script = script
        self._errors: list[BaseException] = []
        self._started = threading.Event()
        self._arrived = threading.Condition()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="scripted-server", daemon=True)

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._errors and kind is None:
            raise self._errors[0]

    def wait_for_peers(self, count: int, timeout: float = 30.0) -> None:
        """Wait until the given number of connections were accepted."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.peers) >= count, timeout), "no other connection came"

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._run(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(len(self.peers) + 1, reader, writer)
        with self._arrived:
            self.peers.append(peer)
            self._arrived.notify_all()
        try:
            await peer.read_request()
            await self._script(peer)
        except (Gone, OSError, asyncio.IncompleteReadError):
            pass
        except Exception as error:
            self._errors.append(error)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

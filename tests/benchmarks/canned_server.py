"""A server with minimal cost, which prepares responses in advance and sends frames as fast as possible.

Over HTTP, ``/sse`` and ``/multipart`` stream events for the variables ``count`` and ``kind``, each in a chunk of its
own. Other answers by path: ``/small`` about 60 bytes, ``/medium`` 12 KB, ``/large`` 1.2 MB, ``/delayed`` small after 20
ms, ``/schema`` an introspection result, ``/watch`` a report on the last watched connection. ``/failing`` fails as the
variable ``fail`` says: ``status``, ``errors``, ``text``, ``drop`` or ``late``.

Over WebSocket, both GraphQL subprotocols, the variables select the events: ``{"count": 1000, "kind": "tiny" |
"large"}``; ``{"interval": 0.01}`` sends one event at a time, ``{"watch": true}`` pings the connection and measures its
answers; with ``{"hold": true}``, here and in the streams over HTTP, no event is sent, and the subscription stays open.

Run as a program, it prints its port and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import struct
import sys
from collections.abc import Iterator
from typing import Any

from .ping_watch import PingWatch
from .schemas import introspection_answer
from .websocket_frames import frame

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
DELAY = 0.02  # seconds


def answer(data: Any, **members: Any) -> bytes:
    """Return a complete HTTP response with this data and other members."""
    body = json.dumps({"data": data, **members}, separators=(",", ":")).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


BOOK = {"id": "1", "title": "The Left Hand of Darkness", "year": 1969, "tags": ["novel", "classic"], "rating": 4.5}
ANSWERS = {
    b"/small": answer({"book": {"id": "1", "title": "The Dispossessed"}}),
    b"/medium": answer({"books": [BOOK] * 115}),
    b"/large": answer({"books": [BOOK] * 11_500}),
    b"/delayed": answer({"book": {"id": "1", "title": "The Dispossessed"}}),
}
EVENTS = {"tiny": '{"data":{"count":1}}', "large": json.dumps({"data": {"books": [BOOK] * 115}}, separators=(",", ":"))}
FAILURES = {
    "status": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 6\r\n\r\nbroken",
    "errors": answer(None, errors=[{"message": "no"}]),
    "text": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\nbroken",
    "late": ANSWERS[b"/small"],
}
STREAM_HEADS = {
    b"/sse": b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"/multipart": b'HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed;boundary="graphql";subscriptionSpec=1.0\r\n'
    b"Transfer-Encoding: chunked\r\n\r\n",
}
WORDS = {"graphql-transport-ws": "next", "graphql-ws": "data"}


class CannedServer(asyncio.Protocol):
    """One connection, with HTTP until it is upgraded to WebSocket."""

    def __init__(self) -> None:
        self._buffer = b""
        self._subprotocol = ""
        self._streams: list[Iterator[bytes]] = []
        self._is_paused = False
        self._watch: PingWatch | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a stream transport is needed")
        self._transport = transport
        transport.set_write_buffer_limits(high=1 << 18)

    def connection_lost(self, error: Exception | None) -> None:
        self._streams.clear()
        if self._watch is not None:
            self._watch.stop()

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._stream()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._take_frame() if self._subprotocol else self._take_request():
            pass

    # -- HTTP

    def _take_request(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = self._buffer[:end]
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
        }
        if b"sec-websocket-key" in headers:
            self._buffer = self._buffer[end + 4 :]
            self._upgrade(headers)
            return True
        length = int(headers.get(b"content-length", b"0"))
        if len(self._buffer) < end + 4 + length:
            return False
        body = self._buffer[end + 4 : end + 4 + length]
        self._buffer = self._buffer[end + 4 + length :]
        path = head.split(b" ", 2)[1].partition(b"?")[0]
        if path == b"/delayed":
            asyncio.get_running_loop().call_later(DELAY, self._transport.write, ANSWERS[path])
        elif path == b"/schema":
            self._transport.write(answer(introspection_answer(json.loads(body)["query"])))
        elif path == b"/watch":
            self._transport.write(answer(PingWatch.last.report() if PingWatch.last else None))
        elif path == b"/failing":
            self._fail(json.loads(body)["variables"]["fail"])
        elif path in STREAM_HEADS:
            self._transport.write(STREAM_HEADS[path])
            self._streams.append(_stream_of(path, **json.loads(body)["variables"]))
            self._stream()
        else:
            self._transport.write(ANSWERS.get(path, ANSWERS[b"/small"]))
        return bool(self._buffer)

    def _fail(self, how: str) -> None:
        if how == "drop":
            self._transport.close()
        else:
            delay = DELAY if how == "late" else 0
            asyncio.get_running_loop().call_later(delay, self._transport.write, FAILURES[how])

    def _upgrade(self, headers: dict[bytes, bytes]) -> None:
        offered = [name.strip() for name in headers.get(b"sec-websocket-protocol", b"").decode().split(",")]
        self._subprotocol = next((name for name in offered if name in WORDS), "graphql-transport-ws")
        accept = base64.b64encode(hashlib.sha1(headers[b"sec-websocket-key"] + GUID).digest())
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
            + accept
            + f"\r\nSec-WebSocket-Protocol: {self._subprotocol}\r\n\r\n".encode()
        )

    # -- WebSocket

    def _take_frame(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        length, offset = buffer[1] & 0x7F, 2
        if length == 126:
            length, offset = struct.unpack_from("!H", buffer, 2)[0], 4
        elif length == 127:
            length, offset = struct.unpack_from("!Q", buffer, 2)[0], 10
        if len(buffer) < offset + 4 + length:
            return False
        mask = buffer[offset : offset + 4]
        masked = buffer[offset + 4 : offset + 4 + length]
        self._buffer = buffer[offset + 4 + length :]
        payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(masked))
        opcode = buffer[0] & 0x0F
        if opcode == 8:
            self._transport.write(frame(8, payload[:2]))
            self._transport.close()
        elif opcode == 9:
            self._transport.write(frame(10, payload))
        elif opcode == 10 and self._watch is not None:
            self._watch.take_pong(payload)
        elif opcode == 1:
            self._take_message(json.loads(payload))
        return bool(self._buffer)

    def _take_message(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "connection_init":
            self._transport.write(frame(1, b'{"type":"connection_ack"}'))
        elif kind == "ping":
            self._transport.write(frame(1, b'{"type":"pong"}'))
        elif kind in ("subscribe", "start"):
            variables = message["payload"].get("variables") or {}
            if variables.get("watch"):
                self._watch = PingWatch(self._transport)
            if "interval" in variables:
                self._tick(self._event(message["id"], "tiny"), variables["interval"])
            elif not variables.get("hold"):
                self._streams.append(self._events(message["id"], variables["count"], variables["kind"]))
                self._stream()

    def _event(self, id: str, kind: str) -> bytes:
        word = WORDS[self._subprotocol]
        return frame(1, f'{{"id":"{id}","type":"{word}","payload":{EVENTS[kind]}}}'.encode())

    def _tick(self, event: bytes, interval: float) -> None:
        if not self._transport.is_closing():
            self._transport.write(event)
            asyncio.get_running_loop().call_later(interval, self._tick, event, interval)

    def _events(self, id: str, count: int, kind: str) -> Iterator[bytes]:
        event = self._event(id, kind)
        # Several frames per write, as from a busy server.
        batch = max(1, (1 << 16) // len(event))
        for start in range(0, count, batch):
            yield event * min(batch, count - start)
        yield frame(1, f'{{"id":"{id}","type":"complete"}}'.encode())

    def _stream(self) -> None:
        while self._streams and not self._is_paused:
            chunk = next(self._streams[0], None)
            if chunk is None:
                self._streams.pop(0)
            else:
                self._transport.write(chunk)


def _stream_of(path: bytes, count: int = 0, kind: str = "tiny", hold: bool = False) -> Iterator[bytes]:
    """Yield the body of a stream, several chunks a write; with *hold*, only its beginning."""
    data = EVENTS[kind]
    if path == b"/sse":
        start, event, end = ":\n\n", f"event: next\ndata: {data}\n\n", "event: complete\ndata:\n\n"
    else:
        part = f'\r\nContent-Type: application/json\r\n\r\n{{"payload":{data}}}\r\n--graphql'
        start, event, end = "\r\n--graphql", part, "--\r\n"
    yield _chunk(start)
    if hold:
        return
    chunk = _chunk(event)
    batch = max(1, (1 << 16) // len(chunk))
    for position in range(0, count, batch):
        yield chunk * min(batch, count - position)
    yield _chunk(end) + b"0\r\n\r\n"


def _chunk(text: str) -> bytes:
    return b"%x\r\n%b\r\n" % (len(text), text.encode())


async def main() -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(CannedServer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())

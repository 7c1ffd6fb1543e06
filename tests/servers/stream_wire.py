"""Stream: a script of WireServer that streams a body, cut and held back where a test wants; for what no server does."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from .wire import PATIENCE, WireConnection

Framing = Literal["chunked", "close", "length"]
End = Literal["complete", "fin", "reset", "open"]


class Held:
    """A point in a stream at which the server stops until the test calls ``release()``."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._released = threading.Event()

    def wait_until_reached(self) -> None:
        """Return when the server has sent all that comes before."""
        assert self._reached.wait(PATIENCE), "The server did not come to this point."

    def release(self) -> None:
        """Let the server continue, now and on later connections."""
        self._released.set()

    def pause(self) -> None:
        """Stop until the test releases the server."""
        self._reached.set()
        assert self._released.wait(PATIENCE), "The test did not release the server."


@dataclass
class Stream:
    """A script that responds to each request with a stream: ``WireServer(Stream([b"event: next...", held, ...]))``.

    Args:
        pieces: of the body. Each is sent by itself, in a chunk of its own. At a Held the server waits for the test.
        content_type: the value of Content-Type; None for no such header.
        framing: how the client finds the end of the body: "chunked"; "close", the end of the connection; "length", a
            Content-Length.
        end: what comes after the pieces: "complete", the end that the framing has; "fin", the end of the connection,
            which for "chunked" and "length" is too early; "reset", an RST; "open", nothing until the client leaves.
        cut: how many bytes of the complete response, head included, are sent before the end; None for all.
        gzip: whether the body is compressed; each piece is flushed.
        status: the code and the reason of the status line.
        headers: further header lines.

    Attributes:
        sent: how many bytes were sent, over all responses; a server that is not read from stops sending.
        left: set when a client has closed its connection.
    """

    pieces: Iterable[bytes | Held]
    content_type: str | None = "text/event-stream"
    framing: Framing = "chunked"
    end: End = "complete"
    cut: int | None = None
    gzip: bool = False
    status: str = "200 OK"
    headers: tuple[str, ...] = ()
    sent: int = field(default=0, init=False)
    left: threading.Event = field(default_factory=threading.Event, init=False)

    def __call__(self, connection: WireConnection) -> None:
        try:
            while connection.read_request() is not None:
                self._answer(connection)
                if self.end != "complete" or self.framing == "close":
                    return
        finally:
            self.left.set()

    def wait_until_left(self) -> None:
        """Return when a client has closed its connection, or the server has."""
        assert self.left.wait(PATIENCE), "The client did not close the connection."

    def size(self) -> int:
        """Return the number of bytes of the whole response, so that a test can cut it at each."""
        return sum(len(piece) for piece in self._whole() if isinstance(piece, bytes))

    def _answer(self, connection: WireConnection) -> None:
        for piece in self._whole() if self.cut is None else cut(self._whole(), self.cut):
            if isinstance(piece, Held):
                piece.pause()
            else:
                connection.send(piece)
                self.sent += len(piece)
        if self.end == "reset":
            connection.reset()
        elif self.end == "open":
            connection.wait_for_end()

    def _whole(self) -> Iterator[bytes | Held]:
        """Yield the response as it is on the wire."""
        yield self._head()
        for piece in self._encoded():
            if isinstance(piece, Held) or self.framing != "chunked":
                yield piece
            elif piece:
                yield b"%x\r\n%b\r\n" % (len(piece), piece)
        if self._is_complete() and self.framing == "chunked":
            yield b"0\r\n\r\n"

    def _encoded(self) -> Iterator[bytes | Held]:
        compressor = zlib.compressobj(wbits=31)
        for piece in self.pieces:
            if self.gzip and isinstance(piece, bytes):
                yield compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH)
            else:
                yield piece
        if self.gzip and self._is_complete():
            yield compressor.flush()

    def _is_complete(self) -> bool:
        return self.end == "complete" or self.cut is not None

    def _head(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status}", *self.headers]
        if self.content_type is not None:
            lines.append(f"Content-Type: {self.content_type}")
        if self.gzip:
            lines.append("Content-Encoding: gzip")
        if self.framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
        elif self.framing == "length":
            length = sum(len(piece) for piece in self._encoded() if isinstance(piece, bytes))
            lines.append(f"Content-Length: {length}")
        else:
            lines.append("Connection: close")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def cut(pieces: Iterable[bytes | Held], length: int) -> Iterator[bytes | Held]:
    """Yield the pieces up to so many bytes."""
    for piece in pieces:
        if isinstance(piece, Held):
            yield piece
            continue
        yield piece[:length]
        length -= len(piece)
        if length <= 0:
            return

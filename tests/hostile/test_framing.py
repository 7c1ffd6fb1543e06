"""Responses whose framing is contradictory, does not end, or arrives so slowly that no single wait is long."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from syncgql import (
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportTimeout,
)

from ..servers.wire import Script, WireConnection, WireServer, always, answer
from .attack import OK, PATIENCE, MakeClient, attacked, bounded_growth, once, outcome

pytestmark = pytest.mark.usefixtures("loop_is_never_held")

BODY = b'{"data": {"ok": true}}'
STOLEN = b'{"data": {"ok": "of another"}}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)


def wire(*headers: str, body: bytes = BODY) -> bytes:
    return answer(body, *headers, length=False)


CONTRADICTIONS = {
    "both lengths, chunked": wire("Content-Length: 5", "Transfer-Encoding: chunked", body=CHUNKED),
    "both lengths, the length is right": wire(f"Content-Length: {len(BODY)}", "Transfer-Encoding: chunked"),
    "both lengths, in the other order": wire("Transfer-Encoding: chunked", "Content-Length: 5", body=CHUNKED),
    "chunked twice": wire("Transfer-Encoding: chunked, chunked", body=CHUNKED),
    "chunked in two headers": wire("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body=CHUNKED),
    "chunked and identity": wire("Transfer-Encoding: chunked, identity", body=CHUNKED),
    "unknown transfer encoding": wire("Transfer-Encoding: xchunked", body=CHUNKED),
    "chunked with a tab": wire("Transfer-Encoding:\tchunked", body=CHUNKED),
    "chunked with a vertical tab": wire("Transfer-Encoding: \x0bchunked", body=CHUNKED),
    "two lengths": wire("Content-Length: 5", f"Content-Length: {len(BODY)}"),
    "two lengths, odd case": wire("Content-Length: 5", f"content-LENGTH: {len(BODY)}"),
    "two lengths in one header": wire(f"Content-Length: 5, {len(BODY)}"),
    "the same length twice": wire(f"Content-Length: {len(BODY)}", f"Content-Length: {len(BODY)}"),
    "negative length": wire("Content-Length: -1"),
    "length with a sign": wire(f"Content-Length: +{len(BODY)}"),
    "length with an underscore": wire("Content-Length: 2_2"),
    "length in hexadecimal": wire("Content-Length: 0x16"),
    "length in other digits": wire("Content-Length: ٢٢".encode().decode("latin-1")),
    "empty length": wire("Content-Length: "),
    "length of 5,000 digits": wire("Content-Length: " + 5_000 * "9"),
    "length of 2^63": wire(f"Content-Length: {2**63}"),
    "length of 2^64 + 22": wire(f"Content-Length: {2**64 + len(BODY)}"),
    "chunk of 2^63": wire("Transfer-Encoding: chunked", body=b"8000000000000000\r\n" + BODY),
    "chunk of 2^64 + 22": wire("Transfer-Encoding: chunked", body=b"10000000000000016\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "negative chunk": wire("Transfer-Encoding: chunked", body=b"-16\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunk of no length": wire("Transfer-Encoding: chunked", body=b"\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunk extension of 1 MB": wire(
        "Transfer-Encoding: chunked", body=b"16;" + 1_000_000 * b"a" + b"\r\n" + BODY + b"\r\n0\r\n\r\n"
    ),
    "trailers of 1 MB": wire(
        "Transfer-Encoding: chunked", body=CHUNKED[:-2] + b"A: " + 1_000_000 * b"a" + b"\r\n\r\n"
    ),
    "10,000 trailers": wire("Transfer-Encoding: chunked", body=CHUNKED[:-2] + 10_000 * b"A: b\r\n" + b"\r\n"),
    "no version": b"HTTP 200 OK\r\n\r\n" + BODY,
    "HTTP/2": b"HTTP/2.0 200 OK\r\nContent-Length: 22\r\n\r\n" + BODY,
    "HTTP/0.9": BODY,
    "status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 22\r\n\r\n" + BODY,
    "status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 22\r\n\r\n" + BODY,
    "status 999": b"HTTP/1.1 999 OK\r\nContent-Length: 22\r\n\r\n" + BODY,
    "status 000": b"HTTP/1.1 000 OK\r\nContent-Length: 22\r\n\r\n" + BODY,
    "negative status": b"HTTP/1.1 -200 OK\r\nContent-Length: 22\r\n\r\n" + BODY,
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 22\nContent-Type: application/json\n\n" + BODY,
    "folded header": HEAD + b"A: b\r\n c\r\nContent-Length: 22\r\n\r\n" + BODY,
    "space before the colon": HEAD + b"Content-Length : 22\r\n\r\n" + BODY,
    "header without a colon": HEAD + b"abc\r\nContent-Length: 22\r\n\r\n" + BODY,
    "header without a name": HEAD + b": b\r\nContent-Length: 22\r\n\r\n" + BODY,
    "NUL in a header": HEAD + b"A: \0\r\nContent-Length: 22\r\n\r\n" + BODY,
    "body on a 204": answer(BODY, status="204 No Content"),
    "body on a 304": answer(BODY, status="304 Not Modified"),
    "102": b"HTTP/1.1 102 Processing\r\n\r\n" + wire("Content-Length: 22"),
}  # fmt: skip


@pytest.mark.parametrize("hostile", CONTRADICTIONS.values(), ids=list(CONTRADICTIONS))
def test_framing_that_contradicts_itself(make_client: MakeClient, hostile: bytes) -> None:
    """The result is an error, or one of the contradicting responses; never a part of it, and no other exception."""
    with attacked(make_client, once(hostile)) as client:
        result = outcome(client)
    assert isinstance(result, TransportError) or result.data == OK


def test_length_of_1_tb(make_client: MakeClient) -> None:
    """An announced length alone allocates no memory."""
    with attacked(make_client, once(wire(f"Content-Length: {10**12}"))) as client, pytest.raises(TransportError):
        client.execute("{ ok }")


def upgraded(connection: WireConnection) -> None:
    """Switch protocols without a request to do so, then send a response to the next request."""
    connection.read_request()
    connection.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    connection.send(answer(STOLEN))
    connection.wait_for_end()


def test_101_on_a_post(make_client: MakeClient) -> None:
    """It is not a response, and the client ignores all further data on that connection."""
    with attacked(make_client, upgraded) as client, pytest.raises(TransportError):
        client.execute("{ ok }")


def flood(piece: bytes, *, first: bytes = b"") -> Script:
    """Return a script that sends a piece repeatedly until the client disconnects."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(first)
        many = max(1, 65_536 // len(piece)) * piece
        while True:
            connection.send(many)

    return script


def drip(pieces: Callable[[], Iterable[bytes]], first: bytes = b"") -> Script:
    """Return a script that sends pieces, each within any limit for a wait, until the client disconnects."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(first)
        gone = threading.Event()
        for piece in pieces():
            connection.send(piece)
            gone.wait(PAUSE)

    return script


PAUSE = 0.05  # seconds between two pieces that drip
TOTAL = 0.5  # seconds; the limit of the call


def single_bytes(*parts: bytes) -> Callable[[], Iterable[bytes]]:
    """Return a generator that yields parts byte by byte, the last one repeatedly."""

    def pieces() -> Iterable[bytes]:
        for part in itertools.chain(parts, itertools.repeat(parts[-1])):
            for number in range(len(part)):
                yield part[number : number + 1]

    return pieces


WITHOUT_END = HEAD + b"Content-Length: 1000000000\r\n\r\n"
IN_CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

DRIPS = {
    "status line": drip(single_bytes(b"HTTP/1.1 200 " + 10_000 * b"O")),
    "one header": drip(single_bytes(HEAD, b"A: " + 10_000 * b"b")),
    "headers": drip(single_bytes(HEAD, b"A: b\r\n")),
    "body": drip(single_bytes(b" "), WITHOUT_END),
    "length of a chunk": drip(single_bytes(b"0"), IN_CHUNKS),
    "chunk extension": drip(single_bytes(b"a"), IN_CHUNKS + b"1;"),
    "chunks": drip(single_bytes(b"1\r\n \r\n"), IN_CHUNKS),
    "trailers": drip(single_bytes(b"A: b\r\n"), IN_CHUNKS + b"0\r\n"),
    "100": drip(single_bytes(b"HTTP/1.1 100 Continue\r\n\r\n")),
    "103": drip(single_bytes(b"HTTP/1.1 103 Early Hints\r\n\r\n")),
    "body of a redirect": drip(
        single_bytes(b" "), b"HTTP/1.1 307 No\r\nLocation: /\r\nContent-Length: 1000000000\r\n\r\n"
    ),
    "body of an error page": drip(single_bytes(b" "), b"HTTP/1.1 500 No\r\nContent-Length: 1000000000\r\n\r\n"),
}


@pytest.mark.parametrize("script", DRIPS.values(), ids=list(DRIPS))
def test_slow_drip(make_client: MakeClient, script: Script) -> None:
    """Single bytes keep each wait short, but the limit of the whole call applies."""
    with attacked(make_client, script, execute_timeout=TOTAL, timeout=PATIENCE) as client:
        start = time.monotonic()
        with pytest.raises(TransportTimeout) as caught:
            client.execute("{ ok }")
        assert time.monotonic() - start < PATIENCE / 2
    assert (caught.value.limit, caught.value.seconds) == ("execute_timeout", TOTAL)


FLOODS = {
    "100": flood(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "102": flood(b"HTTP/1.1 102 Processing\r\n\r\n"),
    "103 with headers": flood(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "smallest 100": flood(b"HTTP/1.1 100 \r\n\r\n"),
    "headers": flood(b"A: b\r\n", first=HEAD),
    "one header": flood(b"a", first=HEAD + b"A: "),
    "status line": flood(b"a", first=b"HTTP/1.1 200 "),
    "empty lines": flood(b"\r\n"),
    "chunks of a byte": flood(b"1\r\n \r\n", first=IN_CHUNKS),
    "zeros of a chunk's length": flood(b"0", first=IN_CHUNKS),
    "chunk extension": flood(b"a", first=IN_CHUNKS + b"1;"),
    "trailers": flood(b"A: b\r\n", first=IN_CHUNKS + b"0\r\n"),
    "one trailer": flood(b"a", first=IN_CHUNKS + b"0\r\nA: "),
}


@pytest.mark.parametrize("script", FLOODS.values(), ids=list(FLOODS))
def test_flood(make_client: MakeClient, script: Script) -> None:
    """Endless data is given up because of a limit, and is not stored until then."""
    options: dict[str, Any] = {"execute_timeout": TOTAL, "max_response_size": 100_000}
    with attacked(make_client, script, **options) as client, bounded_growth(64_000_000):
        assert isinstance(outcome(client), TransportTimeout | TransportConnectionFailed | TransportProtocolError)


def test_other_calls_continue_meanwhile(make_client: MakeClient) -> None:
    """Calls of other threads on other connections receive their responses while one connection is flooded or slow."""
    begun, over = threading.Event(), threading.Event()

    def endless(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(IN_CHUNKS)
        begun.set()
        while not over.is_set():
            connection.send(8_192 * b"1\r\n \r\n")

    with WireServer(endless, always(answer())) as server, make_client(server.url) as client:
        flooded = client.submit("{ ok }", timeout=None)
        assert begun.wait(PATIENCE)
        for _ in range(10):
            assert client.execute("{ ok }") == OK
        assert not flooded.done()
        over.set()
        # On a busy machine, it takes long to read what is in the buffers of the sockets.
        assert isinstance(flooded.exception(4 * PATIENCE), TransportConnectionFailed)

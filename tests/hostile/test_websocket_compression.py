"""Compressed frames: bombs, reserved bits, and contexts that outlive a message."""

from __future__ import annotations

import tracemalloc
import zlib
from typing import Any

import pytest

from syncgql import TransportConnectionFailed, TransportError, TransportProtocolError

from ..servers.scripted import CONTINUATION, TEXT, Peer, frame
from ..transport.asynchronous import in_loop
from .conversation import TRANSPORT_WS, Dialect, each_dialect, events_of, numbers, sends
from .heartbeat import heartbeat

RSV1, RSV2, RSV3 = 0x40, 0x20, 0x10
DEFLATE = "permessage-deflate"
NEGOTIATED: dict[str, Any] = {"connect_args": {"compress": 15}}
MIB = 1024 * 1024


class Deflater:
    """Compresses messages like one end of a connection, with one context for all of them."""

    def __init__(self) -> None:
        self._context = zlib.compressobj(9, zlib.DEFLATED, -15)

    def message(self, text: bytes) -> bytes:
        """Return the payload for a message (RFC 7692, section 7.2.1)."""
        data = self._context.compress(text) + self._context.flush(zlib.Z_SYNC_FLUSH)
        return data.removesuffix(b"\0\0\xff\xff")


def bomb(size: int) -> bytes:
    """Return the payload for a message of *size* spaces, a thousandth of that."""
    return Deflater().message(b" " * size)


@each_dialect
@in_loop
async def test_bomb_without_negotiation(dialect: Dialect) -> None:
    """Without an agreement, nothing is decompressed."""
    for extensions in (None, DEFLATE):  # a server may also claim an agreement
        with pytest.raises(TransportProtocolError, match="non-zero reserved bits") as caught:
            await events_of(dialect, sends(frame(TEXT, bomb(100 * MIB), reserved=RSV1)), extensions=extensions)
        assert caught.value.code == 1002


@each_dialect
@in_loop
async def test_bomb_with_negotiation(dialect: Dialect) -> None:
    """A message is decompressed up to max_message_size and no further, in one frame and in fragments."""
    payload = bomb(200 * MIB)
    half = len(payload) // 2
    first = frame(TEXT, payload[:half], final=False, reserved=RSV1)
    for flood in (frame(TEXT, payload, reserved=RSV1), first + frame(CONTINUATION, payload[half:])):
        tracemalloc.start()
        try:
            with pytest.raises(
                TransportConnectionFailed, match="larger than max_message_size, 1048576 bytes"
            ) as caught:
                await events_of(dialect, sends(flood), extensions=DEFLATE, max_message_size=MIB, **NEGOTIATED)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert caught.value.code == 1009
        assert peak < 10 * MIB


@in_loop
async def test_many_small_bombs() -> None:
    """Messages that expand a thousandfold, each below the limit, do not block the loop, however many arrive at once."""
    text = TRANSPORT_WS.text("7777", '{"data":null}').encode()
    small = frame(TEXT, Deflater().message(text + b" " * MIB), reserved=RSV1)

    async def act(peer: Peer, id: str) -> None:
        await peer.flood(small * 200 + TRANSPORT_WS.result(id))

    async with heartbeat():
        assert numbers(await events_of(TRANSPORT_WS, act, extensions=DEFLATE, **NEGOTIATED)) == [1]


@pytest.mark.parametrize("negotiated", [False, True])
@pytest.mark.parametrize("reserved", [RSV2, RSV3, RSV2 | RSV3, RSV1 | RSV2 | RSV3])
@each_dialect
@in_loop
async def test_rsv2_and_rsv3(dialect: Dialect, reserved: int, negotiated: bool) -> None:
    """Bits that no extension defines violate the protocol."""
    options: dict[str, Any] = {"extensions": DEFLATE, **NEGOTIATED} if negotiated else {}
    with pytest.raises(TransportProtocolError, match="non-zero reserved bits") as caught:
        await events_of(dialect, sends(frame(TEXT, b"{}", reserved=reserved)), **options)
    assert caught.value.code == 1002


@in_loop
async def test_rsv1_on_a_continuation() -> None:
    """Only the first fragment marks a message as compressed."""
    fragments = frame(TEXT, b"{", final=False) + frame(CONTINUATION, b"}", reserved=RSV1)
    with pytest.raises(TransportProtocolError, match="non-zero reserved bits"):
        await events_of(TRANSPORT_WS, sends(fragments), extensions=DEFLATE, **NEGOTIATED)


@pytest.mark.parametrize("extensions", [DEFLATE, f"{DEFLATE}; server_no_context_takeover"])
@in_loop
async def test_context_takeover(extensions: str) -> None:
    """A context may outlive its message or be dropped after each message; both are read."""

    async def act(peer: Peer, id: str) -> None:
        kept = Deflater()
        for number in range(1, 4):
            deflater = kept if extensions == DEFLATE else Deflater()
            text = TRANSPORT_WS.text(id, f'{{"data":{{"n":{number}}}}}').encode()
            await peer.write(frame(TEXT, deflater.message(text), reserved=RSV1))

    assert numbers(await events_of(TRANSPORT_WS, act, extensions=extensions, **NEGOTIATED)) == [1, 2, 3]


@in_loop
async def test_context_that_grows_into_a_bomb() -> None:
    """A small message that refers to earlier ones is measured by its decompressed size."""

    async def act(peer: Peer, id: str) -> None:
        deflater = Deflater()
        text = TRANSPORT_WS.text(id, '{"data":{"n":1}}').encode()
        await peer.write(frame(TEXT, deflater.message(text), reserved=RSV1))
        await peer.write(frame(TEXT, deflater.message(text * 10_000), reserved=RSV1))

    with pytest.raises(TransportConnectionFailed, match="larger than max_message_size"):
        await events_of(TRANSPORT_WS, act, extensions=DEFLATE, max_message_size=10_000, **NEGOTIATED)


@pytest.mark.parametrize("payload", [b"\xff" * 100, b"\x07", b"hello", b""], ids=["noise", "type 3", "text", "empty"])
@in_loop
async def test_garbage_in_place_of_compressed_data(payload: bytes) -> None:
    """Invalid compressed data is a typed error with a cause."""
    with pytest.raises(TransportError) as caught:
        await events_of(TRANSPORT_WS, sends(frame(TEXT, payload, reserved=RSV1)), extensions=DEFLATE, **NEGOTIATED)
    assert caught.value.message


@pytest.mark.parametrize("extensions", [f"{DEFLATE}; server_max_window_bits=99", f"{DEFLATE}; evil=1", f"{DEFLATE};;"])
@in_loop
async def test_bad_negotiation(extensions: str) -> None:
    """An invalid response to the offer is a typed error, or means that there is no agreement."""
    with pytest.raises(TransportError):
        await events_of(
            TRANSPORT_WS, sends(frame(TEXT, b"{}", reserved=RSV1 | RSV2)), extensions=extensions, **NEGOTIATED
        )

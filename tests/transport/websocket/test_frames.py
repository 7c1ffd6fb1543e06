"""WebSocketConnection: all kinds of frames, the accepted sizes, and invalid frames."""

from __future__ import annotations

import json
import struct

import pytest

from syncgql import (
    TransportConnectionFailed,
    TransportProtocolError,
)

from ...fix_servers import Server
from ...servers.scripted import BINARY, CONTINUATION, PING, TEXT, Peer, ScriptedServer
from ..asynchronous import in_loop, websockets
from ..conversations import SUBSCRIPTION, after_start, ended_by, event


@in_loop
async def test_binary_frames_are_read_as_text() -> None:
    """Binary frames that contain JSON are read; others violate the protocol."""

    async def act(peer: Peer, id: str) -> None:
        await peer.frame(BINARY, b'{"type":"next","id":"%s","payload":{"data":{"n":1}}}' % id.encode())
        await peer.frame(BINARY, b"\xff\xfe")

    with ScriptedServer(after_start(act)) as server:
        async with websockets(server.ws_url) as transport:
            events = transport.subscribe(SUBSCRIPTION)
            assert (await anext(events)).data == {"n": 1}
            with pytest.raises(TransportProtocolError, match="a message must be UTF-8 text"):
                await anext(events)
    assert server.peers[0].closed_with == (4400, "a message must be UTF-8 text")


@in_loop
async def test_n05_messages_up_to_the_limit() -> None:
    """A message of 5 MB is accepted with a limit of 10 MB but not of 1 MB; the error has the limit and the option."""
    size = 5_000_000

    async def act(peer: Peer, id: str) -> None:
        await peer.send("next", id=id, payload={"data": {"n": "x" * size}})
        await peer.send("complete", id=id)

    (result,), _ = await ended_by(act, max_message_size=10_000_000)
    assert len(result.data["n"]) == size
    (result,), _ = await ended_by(act, max_message_size=0)
    assert len(result.data["n"]) == size
    with pytest.raises(TransportConnectionFailed, match="larger than max_message_size, 1000000 bytes") as caught:
        await ended_by(act, max_message_size=1_000_000)
    assert caught.value.code == 1009


@in_loop
async def test_default_limit_is_16_mib(strawberry_server: Server) -> None:
    """By default, messages of more than aiohttp's 4 MiB are accepted, and of more than 16 MiB are not."""
    async with websockets(strawberry_server.ws_url) as transport:
        data = (await transport.execute("{ large(size: 6000000) }")).data
        assert len(data["large"]) == 6_000_000
        with pytest.raises(TransportConnectionFailed, match="larger than max_message_size, 16777216 bytes"):
            await transport.execute("{ large(size: 17000000) }")


@in_loop
async def test_n17_fragments_with_pings_between_them() -> None:
    """A fragmented message is read completely; a ping between the fragments is answered with its data."""

    async def act(peer: Peer, id: str) -> None:
        text = json.dumps(event(id, "ü"), ensure_ascii=False).encode()
        half = text.index("ü".encode()) + 1
        await peer.frame(TEXT, text[:half], final=False)
        await peer.frame(PING, b"still there?")
        await peer.frame(CONTINUATION, text[half:])
        await peer.send("complete", id=id)

    events, peer = await ended_by(act)
    assert [item.data for item in events] == [{"n": "ü"}]
    assert peer.pongs == [b"still there?"]


@in_loop
async def test_w10_unsolicited_pongs_of_both_kinds() -> None:
    """Unsolicited pong frames and pong messages are accepted."""

    async def act(peer: Peer, id: str) -> None:
        await peer.frame(0xA, b"?")
        await peer.send("pong")
        await peer.send("complete", id=id)

    events, _ = await ended_by(act)
    assert events == []


@pytest.mark.parametrize(
    ("opcode", "payload", "code"),
    [
        (TEXT, b'{"type":"\xff"}', 1007),  # not UTF-8
        (0x3, b"", 1002),  # a reserved opcode
        (0x8, b"\x03", 1002),  # half a close code
        (0x8, struct.pack("!H", 999), 1002),
        (0x8, struct.pack("!H", 1005), 1002),
        (0x9, b"x" * 126, 1002),  # a control frame that is too long
        (0x40 | TEXT, b"{}", 1002),  # compressed, without negotiation
    ],
)
@in_loop
async def test_n18_bad_frames(opcode: int, payload: bytes, code: int) -> None:
    """A frame that violates the WebSocket protocol is a specific error with the close code, not a crash."""

    async def act(peer: Peer, id: str) -> None:
        await peer.frame(opcode, payload)

    with pytest.raises(TransportProtocolError, match="violated the WebSocket protocol") as caught:
        await ended_by(act)
    assert caught.value.code == code
    assert caught.value.__cause__ is not None

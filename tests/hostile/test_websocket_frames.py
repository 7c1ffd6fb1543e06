"""Frames that no honest server sends: a typed error or the right result, bounded memory, and a loop that continues."""

from __future__ import annotations

import contextlib
import json
import math
import struct
import tracemalloc

import pytest

from syncgql import (
    Client,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
)

from ..servers.scripted import BINARY, CLOSE, CONTINUATION, PING, TEXT, Peer, ScriptedServer, frame, header
from ..servers.wire import WireServer, always, answer
from ..transport.asynchronous import in_loop
from .conversation import APPSYNC, TRANSPORT_WS, Dialect, each_dialect, events_of, numbers, sends
from .heartbeat import heartbeat

MIB = 1024 * 1024
MASKED = 0x80


@pytest.mark.parametrize("size", [2**63, 2**64 - 1, 2**62])
@each_dialect
@in_loop
async def test_length_of_2_to_the_63(dialect: Dialect, size: int) -> None:
    """An impossible length is refused when it is read, not when memory is exhausted."""
    with pytest.raises(TransportConnectionFailed, match="larger than max_message_size") as caught:
        await events_of(dialect, sends(header(TEXT, size)))
    assert caught.value.code == 1009


@each_dialect
@in_loop
async def test_length_over_the_limit_in_the_header_only(dialect: Dialect) -> None:
    """The announced length counts, even if nothing of the message arrives."""
    with pytest.raises(TransportConnectionFailed, match="larger than max_message_size, 1000 bytes"):
        await events_of(dialect, sends(header(TEXT, 1001)), max_message_size=1000)


@each_dialect
@in_loop
async def test_length_over_the_limit_in_fragments(dialect: Dialect) -> None:
    """The limit applies to the whole message, however it is fragmented."""
    fragments = frame(TEXT, b"x" * 400, final=False) + frame(CONTINUATION, b"x" * 400, final=False) * 2
    with pytest.raises(TransportConnectionFailed, match="larger than max_message_size, 1000 bytes"):
        await events_of(dialect, sends(fragments), max_message_size=1000)


@each_dialect
@in_loop
async def test_a_million_empty_fragments(dialect: Dialect) -> None:
    """Empty fragments cost only the time to read them; the message after them is read."""
    fragments = frame(CONTINUATION, final=False) * 1_000_000

    async def act(peer: Peer, id: str) -> None:
        message = dialect.text(id, '{"data":{"n":1}}').encode()
        await peer.flood(frame(TEXT, final=False) + fragments + frame(CONTINUATION, message))

    tracemalloc.start()
    try:
        async with heartbeat():
            assert numbers(await events_of(dialect, act)) == [1]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # This figure also includes the server's buffers.
    assert peak < 10 * MIB


@each_dialect
@in_loop
async def test_fragment_then_ping_flood(dialect: Dialect) -> None:
    """Pings between two fragments are answered without blocking the loop; the message is read in the end."""

    async def act(peer: Peer, id: str) -> None:
        message = dialect.text(id, '{"data":{"n":1}}').encode()
        pings = frame(PING) * 30_000
        await peer.flood(frame(TEXT, message[:7], final=False) + pings + frame(CONTINUATION, message[7:]))

    async with heartbeat():
        assert numbers(await events_of(dialect, act)) == [1]


@each_dialect
@in_loop
async def test_ping_flood_without_reading_the_pongs(dialect: Dialect) -> None:
    """A server that floods and does not read delays only its own connection: closing takes its limit and no longer."""

    async def act(peer: Peer, id: str) -> None:
        await peer.write(dialect.result(id))
        await peer.write(frame(PING, b"x" * 125) * 100_000)

    async def script(peer: Peer) -> None:
        await act(peer, await dialect.open(peer))

    async with heartbeat():
        with ScriptedServer(script) as server:
            transport = dialect.transport(server, close_timeout=0.5)
            events = transport.subscribe("subscription { n }")
            assert (await anext(events)).data == {"n": 1}
            await events.aclose()
            await transport.close()


@each_dialect
@in_loop
async def test_ping_of_126_bytes(dialect: Dialect) -> None:
    """A control frame has at most 125 bytes."""
    with pytest.raises(
        TransportProtocolError, match="violated the WebSocket protocol: Control frame payload"
    ) as caught:
        await events_of(dialect, sends(frame(PING, b"x" * 126)))
    assert caught.value.code == 1002


@pytest.mark.parametrize("key", [b"\0\0\0\0", b"abcd"])
@each_dialect
@in_loop
async def test_masked_frame_from_the_server(dialect: Dialect, key: bytes) -> None:
    """RFC 6455 requires refusing it; aiohttp unmasks it, and the result is right."""

    async def act(peer: Peer, id: str) -> None:
        message = dialect.text(id, '{"data":{"n":1}}').encode()
        masked = bytes(byte ^ key[index % 4] for index, byte in enumerate(message))
        first, *length = header(TEXT, len(message))
        await peer.write(bytes([first, length[0] | MASKED, *length[1:]]) + key + masked)

    assert numbers(await events_of(dialect, act)) == [1]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        pytest.param(b"\x03", 1002, id="1 byte"),
        pytest.param(struct.pack("!H", 1005), 1002, id="a code that is never sent"),
        pytest.param(struct.pack("!H", 0), 1002, id="code 0"),
        pytest.param(struct.pack("!H", 1000) + b"\xff", 1007, id="a reason that is not UTF-8"),
        pytest.param(struct.pack("!H", 1000) + b"x" * 124, 1002, id="a reason of 124 bytes"),
    ],
)
@each_dialect
@in_loop
async def test_close_frame_with_a_bad_body(dialect: Dialect, payload: bytes, code: int) -> None:
    """An invalid close frame is an error that names the fault, and not a regular end."""
    with pytest.raises(TransportProtocolError, match="violated the WebSocket protocol") as caught:
        await events_of(dialect, sends(frame(CLOSE, payload)))
    assert caught.value.code == code


@each_dialect
@in_loop
async def test_bad_utf8_split_over_fragments(dialect: Dialect) -> None:
    """A sequence that is invalid only as a whole is detected; a valid one may be split anywhere."""

    async def valid(peer: Peer, id: str) -> None:
        message = dialect.text(id, '{"data":{"n":"\N{GRINNING FACE}"}}').encode()
        pieces = [message[index : index + 1] for index in range(len(message))]
        fragments = [frame(CONTINUATION, piece, final=False) for piece in pieces[1:]]
        await peer.flood(b"".join([frame(TEXT, pieces[0], final=False), *fragments, frame(CONTINUATION)]))

    assert numbers(await events_of(dialect, valid)) == ["\N{GRINNING FACE}"]
    surrogate = "\ud83d".encode(errors="surrogatepass")
    invalid = frame(TEXT, b'"' + surrogate[:1], final=False) + frame(CONTINUATION, surrogate[1:] + b'"')
    with pytest.raises(TransportProtocolError, match="Invalid UTF-8") as caught:
        await events_of(dialect, sends(invalid))
    assert caught.value.code == 1007


@each_dialect
@in_loop
async def test_data_after_close(dialect: Dialect) -> None:
    """Data after a close frame is not an event."""

    async def act(peer: Peer, id: str) -> None:
        await peer.write(dialect.result(id, 1) + frame(CLOSE, struct.pack("!H", 4000)) + dialect.result(id, 2))

    received = []
    with pytest.raises(TransportConnectionFailed) as caught:
        received += await events_of(dialect, act)
    assert caught.value.code == 4000
    assert received == []


async def outcome(dialect: Dialect, payload: str) -> object:
    """Return the number in an event with this payload, or the error."""

    async def act(peer: Peer, id: str) -> None:
        await peer.flood(frame(TEXT, dialect.text(id, payload).encode(errors="surrogatepass")))

    try:
        found = numbers(await events_of(dialect, act))
    except TransportError as error:
        return error
    return found[0] if found else None


def is_refused(dialect: Dialect, found: object) -> bool:
    """Return whether a message was refused as unreadable; AppSync's are ignored instead."""
    if dialect is APPSYNC:
        return found is None
    return isinstance(found, TransportProtocolError) and found.code == dialect.code


@each_dialect
@in_loop
async def test_json_of_depth_100_000(dialect: Dialect) -> None:
    """Nesting that Python cannot read violates the protocol, for lists and for objects."""
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        depth = 100_000
        deep = f'{{"data":{{"n":{opening * depth}1{closing * depth}}}}}'
        assert is_refused(dialect, await outcome(dialect, deep))


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param('{"errors":[{"message":%s}]}', id="message of an error"),
        pytest.param('{"errors":[{"message":"x","path":[%s]}]}', id="path of an error"),
        pytest.param('{"data":%s}', id="data"),
        pytest.param("%s", id="payload"),
    ],
)
@each_dialect
@in_loop
async def test_json_just_readable(dialect: Dialect, payload: str) -> None:
    """A value that can just be read cannot always be encoded; the outcome is a result or a typed error."""
    for depth in (*range(900, 1000, 20), *range(960, 1000, 3)):
        deep = "[" * depth + "]" * depth

        async def act(peer: Peer, id: str, deep: str = deep) -> None:
            await peer.write(frame(TEXT, dialect.text(id, payload % deep).encode()))
            await peer.write(frame(TEXT, f'{{"type":"error","id":"{id}","payload":[{{"message":{deep}}}]}}'.encode()))

        with contextlib.suppress(TransportError):
            await events_of(dialect, act)


@pytest.mark.parametrize("dialect", [TRANSPORT_WS], ids=["graphql-transport-ws"])
@in_loop
async def test_huge_key_counts(dialect: Dialect) -> None:
    """A million keys are read; a message is decoded without interruption, which max_message_size limits."""
    data = json.dumps({"data": {"n": {str(number): number for number in range(1_000_000)}}}, separators=(",", ":"))
    found = await outcome(dialect, data)
    assert isinstance(found, dict)
    assert len(found) == 1_000_000


@each_dialect
@in_loop
async def test_duplicate_keys(dialect: Dialect) -> None:
    """The last of duplicate keys counts, as everywhere in Python, including the members that the protocol reads."""
    assert await outcome(dialect, '{"data":{"n":1,"n":2},"data":{"n":3,"n":4}}') == 4

    async def act(peer: Peer, id: str) -> None:
        result = '"payload":{"data":{"n":1}}'
        await peer.text(f'{{"type":"complete","id":"{id}","type":"{dialect.event}",{result}}}')
        await peer.text(f'{{"type":"{dialect.event}","id":"{id}","id":"0",{result}}}')

    assert numbers(await events_of(dialect, act)) == [1]


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity", "nan", "+1", "01", ".5", "1.", "0x10"])
@each_dialect
@in_loop
async def test_nan_and_infinity(dialect: Dialect, constant: str) -> None:
    """Text that Python's codec reads but JSON does not allow is refused, also by AppSync's protocol."""
    found = await outcome(dialect, f'{{"data":{{"n":{constant}}}}}')
    if constant in ("NaN", "Infinity", "-Infinity"):
        assert isinstance(found, TransportProtocolError)
        assert "json_deserialize=json.loads" in str(found)
    else:
        assert is_refused(dialect, found)


@each_dialect
@in_loop
async def test_lone_surrogates(dialect: Dialect) -> None:
    """Escaped ones are read, as JSON allows; as bytes they are not UTF-8."""
    assert await outcome(dialect, r'{"data":{"n":"\ud800"}}') == "\ud800"
    assert await outcome(dialect, r'{"data":{"n":"\udc00\ud800"}}') == "\udc00\ud800"
    found = await outcome(dialect, '{"data":{"n":"\ud800"}}')
    assert isinstance(found, TransportProtocolError)
    assert found.code == 1007


@each_dialect
@in_loop
async def test_lone_surrogates_in_an_error(dialect: Dialect) -> None:
    """An error with them can be raised; logging it does not break the connection."""

    async def act(peer: Peer, id: str) -> None:
        await peer.text(rf'{{"type":"error","id":"{id}","payload":[{{"message":"\ud800"}}]}}')

    with pytest.raises(TransportError, match=r"\\ud800"):
        await events_of(dialect, act)


@each_dialect
@in_loop
async def test_integers_of_5_000_digits(dialect: Dialect) -> None:
    """Python refuses to read more than 4,300 digits; numbers with fewer digits are exact."""
    assert is_refused(dialect, await outcome(dialect, f'{{"data":{{"n":{"9" * 5000}}}}}'))
    assert is_refused(dialect, await outcome(dialect, f'{{"data":{{"n":-{"9" * 5000}}}}}'))
    assert await outcome(dialect, f'{{"data":{{"n":{"9" * 4300}}}}}') == 10**4300 - 1


@each_dialect
@in_loop
async def test_numbers_beyond_floats(dialect: Dialect) -> None:
    """1e400 is JSON, which Python reads as infinity, with the rest of the response."""
    assert await outcome(dialect, '{"data":{"n":1e400}}') == math.inf
    assert await outcome(dialect, '{"data":{"n":-1e400}}') == -math.inf
    assert await outcome(dialect, '{"data":{"n":1e-400}}') == 0
    assert await outcome(dialect, f'{{"data":{{"n":1e{"9" * 1000}}}}}') == math.inf


@each_dialect
@in_loop
async def test_byte_order_mark(dialect: Dialect) -> None:
    """JSON on the wire has no byte order mark (RFC 8259, section 8.1)."""

    async def act(peer: Peer, id: str) -> None:
        await peer.write(frame(TEXT, b"\xef\xbb\xbf" + dialect.text(id, '{"data":{"n":1}}').encode()))

    if dialect is APPSYNC:
        assert await events_of(dialect, act) == []
        return
    with pytest.raises(TransportProtocolError, match="a message must be JSON") as caught:
        await events_of(dialect, act)
    assert caught.value.code == dialect.code


@each_dialect
@in_loop
async def test_nul(dialect: Dialect) -> None:
    """NUL is allowed in a string if it is escaped, and nowhere else."""
    assert await outcome(dialect, r'{"data":{"n":"\u0000"}}') == "\0"
    assert is_refused(dialect, await outcome(dialect, '{"data":{"n":"\0"}}'))
    assert is_refused(dialect, await outcome(dialect, '{"data":{"n":1}}\0'))


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("message", [b"", b"\n", b"hello", b"null", b"[]", b"1", b'"next"', b"{}", b'{"type":null}'])
@each_dialect
@in_loop
async def test_text_in_place_of_a_message(dialect: Dialect, message: bytes, opcode: int) -> None:
    """Text that is not a message violates the protocol; AppSync may send unknown messages."""
    if dialect is APPSYNC:
        assert await events_of(dialect, sends(frame(opcode, message))) == []
        return
    with pytest.raises(TransportProtocolError, match=f"violated the {dialect.name} protocol") as caught:
        await events_of(dialect, sends(frame(opcode, message)))
    assert caught.value.code == dialect.code


@each_dialect
def test_other_calls_continue_during_a_flood(dialect: Dialect) -> None:
    """A client whose subscription is flooded executes queries over HTTP in the meantime."""

    async def script(peer: Peer) -> None:
        id = await dialect.open(peer)
        await peer.write(dialect.result(id))
        while True:
            await peer.flood(frame(PING) * 20_000)

    with WireServer(always(answer())) as http, ScriptedServer(script) as server:
        transport = dialect.transport(server, close_timeout=0.1)
        with Client(http.url, subscriptions=transport) as client:
            events = client.subscribe("subscription { n }")
            assert events.next(30) == {"n": 1}
            for _ in range(10):
                assert client.execute("{ ok }") == {"ok": True}
            assert not events.closed

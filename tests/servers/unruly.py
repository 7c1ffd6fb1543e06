"""Servers that send unrequested responses at random; each response has the nonce of its request."""

from __future__ import annotations

import asyncio
import itertools
import json
import queue
import random
import socket
import time
from collections.abc import Callable

from .scripted import Gone, Peer
from .wire import PATIENCE, Script, WireConnection, answer

QUERY = "query ($nonce: String!, $hurry: Boolean) { nonce(nonce: $nonce, hurry: $hurry) }"

IDLE_TIMEOUT = answer(b"", "Connection: close", status="408 Request Timeout")
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"

Behaviour = Callable[[WireConnection, bytes, bytes, random.Random], None]


def orderly(connection: WireConnection, body: bytes, own: bytes, chance: random.Random) -> None:
    connection.send(own)


def interim(connection: WireConnection, body: bytes, own: bytes, chance: random.Random) -> None:
    """Interim responses (1xx) before the response, a while before it or immediately before it."""
    connection.send(EARLY_HINTS * chance.randint(1, 3))
    time.sleep(chance.choice((0, 0.01)))
    connection.send(own)


def glued(connection: WireConnection, body: bytes, own: bytes, chance: random.Random) -> None:
    """A second response in the same segment."""
    connection.send(own + answer(body))


def partly_glued(connection: WireConnection, body: bytes, own: bytes, chance: random.Random) -> None:
    """The beginning of a second response in the same segment, and the rest later."""
    second = answer(body)
    cut = chance.randrange(1, len(second))
    connection.send(own + second[:cut])
    time.sleep(chance.uniform(0, 0.02))
    connection.send(second[cut:])


def late(connection: WireConnection, body: bytes, own: bytes, chance: random.Random) -> None:
    """A second response, a while later."""
    connection.send(own)
    time.sleep(chance.uniform(0, 0.02))
    connection.send(answer(body))


def idle_timeout(connection: WireConnection, body: bytes, own: bytes, chance: random.Random) -> None:
    """A 408 a while later, sometimes with the end of the connection."""
    connection.send(own)
    time.sleep(chance.uniform(0, 0.02))
    connection.send(IDLE_TIMEOUT)
    if chance.random() < 0.5:
        connection.socket.close()


def blank_line(connection: WireConnection, body: bytes, own: bytes, chance: random.Random) -> None:
    """A few bytes that are not a response, after the response."""
    connection.send(own)
    time.sleep(chance.choice((0, 0.01)))
    connection.send(b"\r\n")


ANY_TIME: tuple[Behaviour, ...] = (orderly, interim, glued, partly_glued, late, idle_timeout, blank_line)
"""The behavior of a server, regardless of whether the next request is on its way."""


def unruly(seed: int, behaviours: tuple[Behaviour, ...] = ANY_TIME) -> Script:
    """Return a script that behaves in one of these ways for each request, half of the time in the first one.

    Half of the responses are chunked. The response to a request in a hurry is late.
    """
    seeds = itertools.count(seed)

    def script(connection: WireConnection) -> None:
        chance = random.Random(next(seeds))
        while (request := connection.read_request()) is not None:
            variables = json.loads(request.body)["variables"]
            if variables.get("hurry"):
                time.sleep(0.1)
            body = json.dumps({"data": {"nonce": variables["nonce"]}}).encode()
            own = answer(body) if chance.random() < 0.5 else chunked(body)
            behave = behaviours[0] if chance.random() < 0.5 else chance.choice(behaviours)
            behave(connection, body, own, chance)

    return script


def chunked(body: bytes) -> bytes:
    """Return a response in two chunks."""
    half = len(body) // 2
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:], b""))
    return answer(b"", "Transfer-Encoding: chunked", length=False) + chunks


class IdleSender:
    """Responds once, and sends bytes on that connection when a test reports that no call is in progress."""

    def __init__(self, unsolicited: bytes) -> None:
        self._unsolicited = unsolicited
        self._answered: queue.SimpleQueue[WireConnection] = queue.SimpleQueue()

    def script(self, connection: WireConnection) -> None:
        connection.read_request()
        # Otherwise the kernel may delay the data until the client acknowledges the response, with its next request.
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.send(answer())
        self._answered.put(connection)
        connection.wait_for_end()

    def send(self) -> None:
        self._answered.get(timeout=PATIENCE).send(self._unsolicited)


async def unruly_socket(peer: Peer, seed: int = 0) -> None:
    """Respond over a WebSocket, and send further messages for this, other and unknown operations, before and after."""
    chance = random.Random(seed)
    ended: list[tuple[str, str]] = []

    async def event(id: str, nonce: str) -> None:
        await peer.send("next", id=id, payload={"data": {"nonce": nonce}})

    async def stray() -> None:
        id, nonce = chance.choice(ended) if ended and chance.random() < 0.7 else ("nobody", "nobody's")
        await event(id, nonce)
        if chance.random() < 0.5:
            await peer.send("complete", id=id)

    await peer.acknowledge()
    try:
        while True:
            message = await peer.receive()
            if message["type"] != "subscribe":
                continue
            for _ in range(chance.randrange(3)):
                await stray()
            nonce = message["payload"]["variables"]["nonce"]
            await event(message["id"], nonce)
            await peer.send("complete", id=message["id"])
            ended.append((message["id"], nonce))
            for _ in range(chance.randrange(3)):
                await stray()
            await asyncio.sleep(0)
    except Gone:
        pass

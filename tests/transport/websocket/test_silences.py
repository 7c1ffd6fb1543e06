"""Silences: a connection that the server closed because this process did not answer its pings."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from types import SimpleNamespace

import pytest

from syncgql import Client, ReconnectPolicy, TransportConnectionFailed
from syncgql.transport.websocket import connection, silences
from syncgql.transport.websocket.silences import Silences

from ...fix_servers import PATIENCE
from ...servers.scripted import PING, Peer, ScriptedServer

STOPPED_SECONDS = 3600.0
REASON = "keepalive ping timeout"


class ShiftedClock(SimpleNamespace):
    """A ``time`` module whose monotonic clock can be moved forward."""

    skipped = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ShiftedClock:
    """The clock of the readers of sockets."""
    clock = ShiftedClock()
    monkeypatch.setattr(connection, "time", clock)
    monkeypatch.setattr(silences, "time", clock)
    return clock


def test_the_longest_recent_silence_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shorter one after it, such as a stall while the backlog is read, does not replace it, unless it is old."""
    now = 1000.0
    monkeypatch.setattr(silences, "time", SimpleNamespace(monotonic=lambda: now))
    recent = Silences()
    assert recent.longest_since() == 0
    recent.record(890, 950)
    recent.record(960, 1000)
    assert recent.longest_since() == 110
    now = 1011
    assert recent.longest_since() == 0
    recent.record(1001, 1011)
    assert recent.longest_since() == 10


def test_a_process_that_was_stopped_reconnects(clock: ShiftedClock, caplog: pytest.LogCaptureFixture) -> None:
    """The gap counts from the last message before the pause, also if messages of the pause precede the close frame."""
    gaps: list[float] = []
    is_stopped = threading.Event()

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        id = (await peer.receive())["id"]
        numbers = itertools.count(10 * peer.number)
        await peer.send("next", id=id, payload={"data": {"n": next(numbers)}})
        if peer.number == 1:
            await asyncio.to_thread(is_stopped.wait, PATIENCE)
            await peer.frame(PING)
            await peer.send("next", id=id, payload={"data": {"n": next(numbers)}})
            await peer.close(1011, REASON)
        await peer.drain()

    with ScriptedServer(script) as server:
        client = Client(server.url, reconnect=ReconnectPolicy(base=0, cap=0))
        with client, client.subscribe("subscription { n }", on_reconnect=gaps.append) as events:
            assert next(events) == {"n": 10}
            clock.skipped += STOPPED_SECONDS
            is_stopped.set()
            assert [next(events), next(events)] == [{"n": 11}, {"n": 20}]
            assert gaps[0] >= STOPPED_SECONDS - 1
            assert events.stats.missing_seconds == gaps[0]
    assert "close code 1011, no response to a ping. It said: keepalive ping timeout." in caplog.text


@pytest.mark.parametrize("reason", ["", "keepalive ping timeout of the database"])
def test_an_internal_error_remains_final(reason: str) -> None:
    """Close code 1011 with any other reason ends the subscription."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        await peer.receive()
        await peer.close(1011, reason)
        await peer.drain()

    with ScriptedServer(script) as server, Client(server.url, reconnect=ReconnectPolicy(base=0, cap=0)) as client:
        with pytest.raises(TransportConnectionFailed, match="internal error of the server"):
            next(client.subscribe("subscription { n }"))
        assert len(server.peers) == 1

"""KeepAlive: detects that a peer is gone although the connection is still open.

A connection breaks without notice when a cable is pulled or a NAT drops it. Four options detect that. A *limit*
(``keep_alive_timeout``) bounds every silence; a *probe* (``heartbeat``, ``ping_interval``, ``heartbeat_interval``),
which only WebSockets have, sends pings and bounds the silence after one. Messages of every kind count. Nothing is
scheduled per message: the reader records the time, and a timer that fires compares it and, if necessary, starts again.

A timer may also fire because the process itself was stopped: a suspended laptop, SIGSTOP, a debugger. The messages that
arrived meanwhile are still in the socket. So an expired limit ends a connection only after the reader has had its turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

READER_TURNS = 5
"""The iterations of the loop after a limit expires; a WebSocket needs three to read the socket and record a message."""


class Probe(NamedTuple):
    """A ping that is sent repeatedly.

    Attributes:
        limit: the option that the error names if there is no response.
        interval: the seconds between two pings.
        timeout: the seconds after a ping within which any message must arrive.
        ping: sends the ping.
        always: whether it is sent even if the peer has sent something recently.
    """

    limit: str
    interval: float
    timeout: float
    ping: Callable[[], Awaitable[object]]
    always: bool


class KeepAlive:
    """The timers of one connection.

    The reader sets ``last_received`` for every message. While reading is paused, silence does not count as a timeout.

    Args:
        give_up: called at most once, with the name and the seconds of the limit that expired, and the seconds since
            the last message. The latter is longer if the limit counts from a ping.
    """

    def __init__(self, give_up: Callable[[str, float, float], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._give_up = give_up
        self._timers: dict[tuple[str, float], asyncio.TimerHandle] = {}
        self._pings: set[asyncio.Future[object]] = set()
        self.time = self._loop.time
        self.last_received = self.time()
        self.paused = False

    def watch(self, limit: str, seconds: float) -> None:
        """Give up if nothing is received for *seconds*, from now on; replaces an earlier limit of this name."""
        self.last_received = self.time()
        if (timer := self._timers.get((limit, 0.0))) is not None:
            timer.cancel()
        self._later(limit, self.last_received + seconds, self._check_silence, limit, seconds)

    def probe(self, probe: Probe) -> None:
        """Send pings repeatedly, and give up if nothing arrives after a ping."""
        self._later(probe.limit, self.time() + probe.interval, self._send, probe)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False
        self.last_received = self.time()

    def stop(self) -> None:
        """End all timers."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _later(self, limit: str, when: float, callback: Callable[..., object], *args: Any, sent: float = 0) -> None:
        # A limit has one timer, and another for each ping that waits for a response.
        self._timers[limit, sent] = self._loop.call_at(when, callback, *args)

    def _check_silence(self, limit: str, seconds: float, turns: int = READER_TURNS) -> None:
        now = self.time()
        heard = now if self.paused else self.last_received
        if heard + seconds > now:
            self._later(limit, heard + seconds, self._check_silence, limit, seconds)
        elif turns:
            self._later(limit, now, self._check_silence, limit, seconds, turns - 1)
        else:
            self._end(limit, seconds)

    def _send(self, probe: Probe) -> None:
        now = self.time()
        due = now + probe.interval if self.paused else now if probe.always else self.last_received + probe.interval
        if due > now:
            self._later(probe.limit, due, self._send, probe)
            return
        ping = asyncio.ensure_future(probe.ping())
        self._pings.add(ping)
        ping.add_done_callback(self._sent)
        self._later(probe.limit, now + probe.interval, self._send, probe)
        self._later(probe.limit, now + probe.timeout, self._check_response, probe, now, sent=now)

    def _sent(self, ping: asyncio.Future[object]) -> None:
        self._pings.discard(ping)
        if not ping.cancelled():
            ping.exception()  # the reader reports a lost connection

    def _check_response(self, probe: Probe, sent: float, turns: int = READER_TURNS) -> None:
        # A response may have the same time as its ping: some clocks are coarser than a round trip (Windows: 16 ms).
        if self.last_received >= sent or self.paused:
            del self._timers[probe.limit, sent]
        elif turns:
            self._later(probe.limit, self.time(), self._check_response, probe, sent, turns - 1, sent=sent)
        else:
            self._end(probe.limit, probe.timeout)

    def _end(self, limit: str, seconds: float) -> None:
        self.stop()
        self._give_up(limit, seconds, self.time() - self.last_received)

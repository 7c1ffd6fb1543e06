"""Liveness: how a WebSocket connection is watched, as the options say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..recovery.keep_alive import KeepAlive, Probe
from .options import WebSocketOptions


def watched(
    options: WebSocketOptions,
    silence_limit: float | None,
    give_up: Callable[[str, float], object],
    *,
    ping_socket: Callable[[], Awaitable[object]],
    ping: Callable[[], Awaitable[object]] | None,
) -> KeepAlive | None:
    """Begin to watch as the options say; None if there is nothing to watch.

    Args:
        options: the options of the transport.
        silence_limit: the limit that the server asked for, used unless ``keep_alive_timeout`` is set.
        give_up: called with the name and the seconds of the limit that expired; at most once.
        ping_socket: sends a ping of WebSocket.
        ping: sends one of the subprotocol; None where that has none.
    """
    probes = []
    if options.heartbeat is not None:
        # No answer within half of the interval is what aiohttp's option of this name means, too.
        probes.append(Probe("heartbeat", options.heartbeat, options.heartbeat / 2, ping_socket, always=False))
    if options.ping_interval is not None and ping is not None:
        timeout = options.pong_timeout or options.ping_interval / 2
        probes.append(Probe("pong_timeout", options.ping_interval, timeout, ping, always=True))
    if options.heartbeat_interval is not None and ping is not None:
        interval = options.heartbeat_interval
        probes.append(Probe("heartbeat_interval", interval, interval, ping, always=True))
    silence = options.keep_alive_timeout or silence_limit
    if not probes and silence is None:
        return None
    keep_alive = KeepAlive(give_up)
    for probe in probes:
        keep_alive.probe(probe)
    if silence is not None:
        keep_alive.watch("keep_alive_timeout", silence)
    return keep_alive

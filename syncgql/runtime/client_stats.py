"""ClientStats: the activity of a client at one moment."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from .call import Call
from .event_buffer import EventBuffer


class ClientStats(NamedTuple):
    """A snapshot of a client's activity in this process, taken when ``Client.stats`` was accessed.

    Calls of a blocking transport such as ``RequestsHTTPTransport`` are not counted, and neither are its connections.
    Calls that wait in the user's middleware are not counted.

    Attributes:
        calls: the calls in progress, including futures and starts of subscriptions.
        waiting: how many of these wait for a free connection of the pool.
        delayed: the calls that wait for a retry, for a rate limit or for the next request of ``poll``; they are not
            among *calls*.
        connections: the open connections of requests, streams and WebSockets.
        idle: how many of these are idle in the pool.
        subscriptions: the open subscriptions and streams.
        buffered: the events of these that wait for their consumers.
        dropped: the events of these that were dropped because a buffer was full.
        retries: the retries so far.
        max_loop_lag: the longest time in seconds for which the loop thread was busy and polled no socket, since
            the first access to ``Client.stats``; always 0 on Windows.
    """

    calls: int = 0
    waiting: int = 0
    delayed: int = 0
    connections: int = 0
    idle: int = 0
    subscriptions: int = 0
    buffered: int = 0
    dropped: int = 0
    retries: int = 0
    max_loop_lag: float = 0.0


def client_stats(
    calls: Collection[Call[Any]], buffers: Collection[EventBuffer[Any]], max_loop_lag: float = 0.0
) -> ClientStats:
    """Return the counts of these calls and buffers."""
    open_buffers = [buffer for buffer in buffers if not buffer.finished]
    stats = [buffer.stats for buffer in open_buffers]
    return ClientStats(
        calls=len(calls),
        waiting=sum(call.is_waiting for call in calls),
        subscriptions=len(open_buffers),
        buffered=sum(each.buffered for each in stats),
        dropped=sum(each.dropped for each in stats),
        max_loop_lag=max_loop_lag,
    )

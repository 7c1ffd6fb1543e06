"""ClientStats: what a client is doing at one moment."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from .call import Call
from .event_buffer import EventBuffer


class ClientStats(NamedTuple):
    """What a client is doing in this process, at the moment of the access.

    Calls of a blocking transport such as ``RequestsHTTPTransport`` are not counted, and neither are calls that wait in
    middleware, for a retry or for a rate limit.

    Attributes:
        calls: the calls in progress, futures and starts of subscriptions included.
        waiting: how many of these wait for a free connection of the pool.
        subscriptions: the open subscriptions and streams.
        buffered: the events of these that wait for their consumers.
        dropped: the events of these that were dropped because a buffer was full.
    """

    calls: int = 0
    waiting: int = 0
    subscriptions: int = 0
    buffered: int = 0
    dropped: int = 0


def client_stats(calls: Collection[Call[Any]], buffers: Collection[EventBuffer[Any]]) -> ClientStats:
    """Return the counts of these calls and buffers."""
    open_buffers = [buffer for buffer in buffers if not buffer.finished]
    stats = [buffer.stats for buffer in open_buffers]
    return ClientStats(
        calls=len(calls),
        waiting=sum(call.is_waiting for call in calls),
        subscriptions=len(open_buffers),
        buffered=sum(each.buffered for each in stats),
        dropped=sum(each.dropped for each in stats),
    )

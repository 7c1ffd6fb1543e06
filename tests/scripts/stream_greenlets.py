"""Subscriptions over HTTP streams under gevent's monkey-patching: ``stream_greenlets.py URL``."""

from __future__ import annotations

# ruff: noqa: E402 - nothing may be imported before everything is patched
from gevent import monkey  # type: ignore[import-untyped]

monkey.patch_all()

import sys

import gevent

from syncgql import Client, EventStreamTransport, MultipartSubscriptionTransport
from syncgql.transport.base import AsyncTransport

url = sys.argv[1]


def count(client: Client) -> list[int]:
    return [event["count"] for event in client.subscribe("subscription { count(to: 5, delay: 0.01) }")]


transports: list[AsyncTransport] = [EventStreamTransport(url), MultipartSubscriptionTransport(url)]
for transport in transports:
    client = Client(transport=transport)
    greenlets = [gevent.spawn(count, client) for _ in range(20)]
    gevent.joinall(greenlets, raise_error=True)
    print(all(greenlet.value == [1, 2, 3, 4, 5] for greenlet in greenlets))
    for _ in client.subscribe("subscription { endless }"):
        break
    client.close()

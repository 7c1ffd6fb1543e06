"""What the tests of Phoenix channels share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from syncgql import Client, PhoenixChannelWebsocketsTransport, ReconnectPolicy, Subscription

from ..fix_phoenix import PhoenixServer
from ..fix_servers import PATIENCE

SUBSCRIPTION = "subscription { onMessage { text number } }"
SLEEP = "query ($s: Float!) { sleep(seconds: $s) }"
CONTROL = "__absinthe__:control"
AT_ONCE = ReconnectPolicy(attempts=5, base=0.01, cap=0)


@contextmanager
def client_of(server: PhoenixServer, **options: Any) -> Iterator[Client]:
    transport = PhoenixChannelWebsocketsTransport(server.socket_url, **options)
    with Client(transport=transport, execute_timeout=PATIENCE) as client:
        yield client


def text_of(subscription: Subscription[dict[str, Any]]) -> str:
    return str(subscription.next(PATIENCE)["onMessage"]["text"])

"""What the tests of Phoenix channels share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from syncgql import Client, PhoenixChannelWebsocketsTransport, ReconnectPolicy, Subscription
from syncgql.transport.recovery.keep_alive import Probe
from syncgql.transport.websocket import connection

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


def wait_for_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the response to a heartbeat take as long as a busy machine needs, instead of one interval."""

    def patient(limit: str, interval: float, timeout: float, *args: Any, **options: Any) -> Probe:
        return Probe(limit, interval, PATIENCE, *args, **options)

    monkeypatch.setattr(connection, "Probe", patient)


def text_of(subscription: Subscription[dict[str, Any]]) -> str:
    return str(subscription.next(PATIENCE)["onMessage"]["text"])

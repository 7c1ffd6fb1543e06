"""Every response reaches its own call, however a server behaves on kept connections.

``SYNCGQL_UNRULY_SECONDS=60`` runs each of the long tests for a minute; ``make stress`` runs them for three seconds.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from syncgql import AIOHTTPTransport, Client, RequestsHTTPTransport, TransportError, TransportTimeout
from syncgql.transport import single_use

from ..fix_proxy import PASSWORD, USER
from ..servers.scripted import ScriptedServer
from ..servers.unruly import IDLE_TIMEOUT, QUERY, unruly, unruly_socket
from ..servers.wire import WireConnection, WireServer, answer

SECONDS = float(os.environ.get("SYNCGQL_UNRULY_SECONDS", "1"))
THREADS = 64
FEWEST = 4  # calls of each thread, on the busiest machine
ROUNDS = 10
PATIENCE = 60.0

MUTATION = "mutation ($nonce: String!) { nonce(nonce: $nonce) }"

logger = logging.getLogger(__name__)


def ask(client: Client, nonce: str, hurry: bool) -> str:
    """Return the outcome of a call: "own", "timeout" (in a hurry), "failed" or "foreign", which must not occur."""
    try:
        data = client.execute(QUERY, {"nonce": nonce, "hurry": hurry}, timeout=0.05 if hurry else PATIENCE)
    except TransportTimeout:
        return "timeout" if hurry else "failed"
    except TransportError:
        return "failed"
    return "own" if data == {"nonce": nonce} else "foreign"


def ask_in_threads(client: Client, seconds: float, hurries: bool = True) -> Counter[str]:
    """Make calls from many threads for some time, and count the outcomes."""
    outcomes: list[Counter[str]] = []
    end = time.monotonic() + seconds

    def run(number: int) -> None:
        chance = random.Random(number)
        outcome: Counter[str] = Counter()
        calls = 0
        while calls < FEWEST or time.monotonic() < end:
            outcome[ask(client, f"{number}-{calls}", hurries and chance.random() < 0.05)] += 1
            calls += 1
            time.sleep(chance.uniform(0, 0.1))  # otherwise no connection is ever idle
        outcomes.append(outcome)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == THREADS
    total = sum(outcomes, Counter())
    logger.info("%s", dict(total))
    return total


def aiohttp_client(url: str, proxy: str | None) -> Client:
    return Client(transport=AIOHTTPTransport(url, client_session_args=None if proxy is None else {"proxy": proxy}))


def requests_client(url: str, proxy: str | None) -> Client:
    # Besides the 408, the end of a connection may coincide with a request.
    options: Any = {} if proxy is None else {"proxies": {"http": proxy}}
    retries: Any = {"retries": 2, "retry_backoff_factor": 0, "retry_status_forcelist": {408}}
    return Client(transport=RequestsHTTPTransport(url, **options, **retries))


CLIENTS = [pytest.param(aiohttp_client, id="aiohttp"), pytest.param(requests_client, id="requests")]
MakeClient = Callable[[str, "str | None"], Client]


@pytest.mark.parametrize("make_client", CLIENTS)
@pytest.mark.parametrize("proxied", [False, True], ids=["direct", "proxy"])
def test_unruly_server(make_client: MakeClient, proxied: bool, request: pytest.FixtureRequest) -> None:
    """No response reaches another call, and calls fail only because of their own time limit."""
    proxy = None
    if proxied:
        proxy = request.getfixturevalue("http_proxy").replace("http://", f"http://{USER}:{PASSWORD}@")
    with WireServer(unruly(seed=1)) as server, make_client(server.url, proxy) as client:
        outcome = ask_in_threads(client, SECONDS)
    assert outcome["foreign"] == 0
    assert outcome["failed"] == 0
    assert outcome["own"] > THREADS


class Rounds:
    """Responds to requests, and sends data on all connections when the test reports that no call is in progress."""

    def __init__(self) -> None:
        self._connections: list[tuple[WireConnection, bytes]] = []

    def script(self, connection: WireConnection) -> None:
        # Otherwise the kernel may delay the data until the client acknowledges the response, with its next request.
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (request := connection.read_request()) is not None:
            body = json.dumps({"data": {"nonce": json.loads(request.body)["variables"]["nonce"]}}).encode()
            connection.send(answer(body))
            self._connections.append((connection, body))

    def send(self, chance: random.Random) -> None:
        connections, self._connections = self._connections, []
        for connection, body in connections:
            second = answer(body)
            unsolicited = chance.choice((second, second[:40], b"\r\n", b"H", IDLE_TIMEOUT, b""))
            with contextlib.suppress(OSError):
                connection.send(unsolicited)
                if unsolicited in (IDLE_TIMEOUT, b""):
                    connection.socket.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("make_client", CLIENTS)
def test_bytes_on_idle_connections(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data that arrives between calls fails no call, is no call's response, and sends no mutation twice."""
    monkeypatch.setattr(single_use, "PERIOD", 0.0)  # so that connections are kept all the same
    sender = Rounds()
    chance = random.Random(2)
    with (
        WireServer(sender.script) as server,
        make_client(server.url, None) as client,
        ThreadPoolExecutor(THREADS) as threads,
    ):

        def call(nonce: str) -> dict[str, Any] | None:
            return client.execute(MUTATION, {"nonce": nonce})

        for number in range(ROUNDS):
            nonces = [f"{number}-{call}" for call in range(THREADS)]
            assert list(threads.map(call, nonces)) == [{"nonce": nonce} for nonce in nonces]
            sender.send(chance)
    assert len(server.requests) == ROUNDS * THREADS


def test_unruly_websocket() -> None:
    """Events for operations that have ended, or never existed, are not delivered."""
    with ScriptedServer(unruly_socket) as server, Client(server.ws_url) as client:
        outcome = ask_in_threads(client, SECONDS, hurries=False)
    assert outcome["foreign"] == outcome["failed"] == 0
    assert outcome["own"] > THREADS

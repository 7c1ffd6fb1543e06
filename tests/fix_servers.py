"""Real GraphQL servers in separate processes, with logs of what they received."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from syncgql.cli.demo.server_process import ServerProcess

from .servers.python import PythonProcess
from .servers.tcp_proxy import TCPProxy

PATIENCE = 60.0  # seconds to wait for an event that must happen on a busy machine


class Server:
    """A running server, and its log from the creation of this object, or from entry number *since*.

    The events and their fields are listed in ``tests/servers/observer.py``; the servers' resolvers add
    ``subscription_started`` and ``subscription_ended`` (``name``), ``sleep_started`` and ``sleep_cancelled``.
    """

    def __init__(self, url: str, since: int | None = None) -> None:
        self.url = url
        self._since: int = self._ask() if since is None else since

    def at(self, path: str, **query: Any) -> str:
        """Return the URL of another path of this server."""
        parts = urlsplit(self.url)
        return parts._replace(path=path, query=urlencode(query)).geturl()

    def canned(self, body: str, *, status: int = 200, content_type: str = "application/json", **headers: str) -> str:
        """Return a URL at which every request receives this response."""
        return self.at("/canned", body=body, status=status, content_type=content_type, headers=json.dumps(headers))

    @property
    def ws_url(self) -> str:
        """The URL for WebSockets."""
        return "ws" + self.url.removeprefix("http")

    def seen(self, event: str | None = None) -> list[dict[str, Any]]:
        """Return the log of the server: all entries, or those of one event."""
        entries: list[dict[str, Any]] = self._ask(since=self._since)
        return [entry for entry in entries if event is None or entry["event"] == event]

    def wait_for(self, event: str, timeout: float = PATIENCE, **fields: Any) -> dict[str, Any]:
        """Return the first entry of this event with these fields, waiting for it if necessary.

        Fields that are dicts only have to be part of the entry's: ``message={"type": "complete"}``.
        """
        match = json.dumps({"event": event, **fields})
        entry: dict[str, Any] | None = self._ask(since=self._since, match=match, timeout=timeout)
        if entry is None:
            seen = "\n  ".join(map(str, self.seen()))
            pytest.fail(f"The server did not see {match} within {timeout} s. It saw:\n  {seen}")
        return entry

    def until_seen(self, event: str, call: Callable[[], object]) -> None:
        """Make a call that ends at its time limit; repeat it if the machine was too busy to send the request in time.

        Args:
            event: the event that the arrival of the request causes.
            call: makes the call and catches its exception.
        """
        call()
        while not self.seen(event):
            call()

    def _ask(self, **query: Any) -> Any:
        parts = urlsplit(self.url)
        with closing(http.client.HTTPConnection(parts.netloc, timeout=2 * PATIENCE)) as connection:
            connection.request("GET", "/log?" + urlencode(query))
            return json.load(connection.getresponse())


@pytest.fixture(scope="session")
def strawberry_process() -> Iterator[ServerProcess]:
    """The process of the Strawberry server; tests use ``strawberry_server``."""
    with PythonProcess("tests.servers.strawberry_server") as process:
        yield process


@pytest.fixture(scope="session")
def ariadne_process() -> Iterator[ServerProcess]:
    """The process of the Ariadne server; tests use ``ariadne_server``."""
    with PythonProcess("tests.servers.ariadne_server") as process:
        yield process


@pytest.fixture(scope="session")
def capped_process() -> Iterator[ServerProcess]:
    """The process of the capped server; tests use ``capped_server``."""
    with PythonProcess("tests.servers.capped_server") as process:
        yield process


@pytest.fixture
def capped_server(capped_process: ServerProcess) -> Server:
    """A Strawberry server that accepts 100 operations per connection."""
    return Server(capped_process.url)


@pytest.fixture(scope="session")
def impatient_process() -> Iterator[ServerProcess]:
    """The process of the impatient server; tests use ``impatient_server``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_PING", "0.5 2")
        with PythonProcess("tests.servers.capped_server") as process:
            patch.undo()  # other tests use the same environment
            yield process


@pytest.fixture
def impatient_server(impatient_process: ServerProcess) -> Server:
    """A Strawberry server that pings every 0.5 s and closes connections without an answer for 2 s."""
    return Server(impatient_process.url)


@pytest.fixture(scope="session")
def rows_url() -> Iterator[str]:
    """The URL of a server of 200,000 rows; see ``tests/servers/rows_server.py``."""
    with PythonProcess("tests.servers.rows_server") as process:
        yield process.url


@pytest.fixture
def strawberry_server(strawberry_process: ServerProcess) -> Server:
    """The Strawberry server; ``.seen()`` and ``.wait_for()`` return entries of its log."""
    return Server(strawberry_process.url)


@pytest.fixture
def ariadne_server(ariadne_process: ServerProcess) -> Server:
    """The Ariadne server, with graphql-transport-ws at ``.ws_url`` and legacy graphql-ws at ``/legacy``."""
    return Server(ariadne_process.url)


@pytest.fixture(params=["strawberry", "ariadne"])
def any_server(
    request: pytest.FixtureRequest, strawberry_process: ServerProcess, ariadne_process: ServerProcess
) -> Server:
    """Each server in turn."""
    return Server({"strawberry": strawberry_process, "ariadne": ariadne_process}[request.param].url)


@pytest.fixture
def disposable_server() -> Iterator[ServerProcess]:
    """A Strawberry server for one test, which may ``.kill()`` it; ``.url`` is its address."""
    with PythonProcess("tests.servers.strawberry_server") as process:
        yield process


class AppSyncServer(Server):
    """A separate API of the AppSync simulator for each test; see ``tests/servers/appsync_server.py``."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.api = uuid.uuid4().hex
        self.host = urlsplit(url).netloc
        self.url = f"{url}/{self.api}/graphql"

    def behave(self, **behaviour: Any) -> None:
        """Change the behavior of the API from now on."""
        self._control({"set": behaviour})

    def act(self, action: str, **arguments: Any) -> None:
        """Let every connection ``send``, ``close``, ``acknowledge``, ``confirm``, ``complete`` or ``fail``."""
        self._control({"do": action, **arguments})

    def publish(self, text: str) -> None:
        """Publish a message to all subscriptions, as a mutation does."""
        self._control({"publish": text})

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition on the log is true."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.seen()
            time.sleep(0.02)

    def _control(self, order: dict[str, Any]) -> None:
        with closing(http.client.HTTPConnection(self.host, timeout=2 * PATIENCE)) as connection:
            connection.request("POST", f"/{self.api}/control", json.dumps(order))
            assert connection.getresponse().status == 200


@pytest.fixture(scope="session")
def appsync_process() -> Iterator[ServerProcess]:
    """The process of the AppSync simulator; tests use ``appsync_server``."""
    with PythonProcess("tests.servers.appsync_server") as process:
        yield process


@pytest.fixture
def appsync_server(appsync_process: ServerProcess) -> AppSyncServer:
    """An API of the AppSync simulator: ``.url`` and ``.host`` for clients, ``.behave()`` and ``.act()`` for tests."""
    return AppSyncServer(appsync_process.url)


@pytest.fixture
def tcp_proxy() -> type[TCPProxy]:
    """A function that creates a TCP proxy that loses, delays and cuts: ``tcp_proxy(server.url, [("reset", 100)])``."""
    return TCPProxy

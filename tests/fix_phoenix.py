"""The simulator of Absinthe over Phoenix channels, in a process of its own."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from syncgql.cli.demo.server_process import ServerProcess

from .fix_servers import PATIENCE, Server
from .servers.python import PythonProcess


class PhoenixServer(Server):
    """A socket of the simulator, of its own for each test; see ``tests/servers/phoenix_server.py``.

    Attributes:
        socket_url: the URL for clients.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.name = uuid.uuid4().hex
        self.socket_url = f"{self.ws_url}/{self.name}/socket"

    def behave(self, **behaviour: Any) -> None:
        """Change how the socket behaves from now on."""
        self._control({"set": behaviour})

    def act(self, action: str, **arguments: Any) -> None:
        """Have every connection ``send``, ``close``, ``crash``, ``close_channel`` or ``release``."""
        self._control({"do": action, **arguments})

    def publish(self, text: str) -> None:
        """Publish a message to all subscriptions, as a mutation does."""
        self._control({"publish": text})

    def frames(self, event: str) -> list[Any]:
        """Return the frames of an event that the server got."""
        got = [entry["message"] for entry in self.seen("ws_message")]
        return [frame for frame in got if (frame[3] if isinstance(frame, list) else frame["event"]) == event]

    def wait_for_frames(self, event: str, count: int = 1) -> list[Any]:
        """Return the frames of an event when the server got so many."""
        self.wait_until(lambda: len(self.frames(event)) >= count)
        return self.frames(event)

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Return when something that the log tells is true."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.seen()
            time.sleep(0.02)

    def _control(self, order: dict[str, Any]) -> None:
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=2 * PATIENCE)) as connection:
            connection.request("POST", f"/{self.name}/control", json.dumps(order))
            assert connection.getresponse().status == 200


@pytest.fixture(scope="session")
def phoenix_process() -> Iterator[ServerProcess]:
    """The process of the Phoenix simulator; tests use ``phoenix_server``."""
    with PythonProcess("tests.servers.phoenix_server") as process:
        yield process


@pytest.fixture
def phoenix_server(phoenix_process: ServerProcess) -> PhoenixServer:
    """A socket of the Phoenix simulator: ``.socket_url`` for clients, ``.behave()`` and ``.act()`` for tests."""
    return PhoenixServer(phoenix_process.url)

"""How long the way of a call is: the Python functions of this package that one call enters, and their files.

A tour is what a reader follows with a debugger. The numbers are those of the design's tours; a change that needs a
longer way raises them here, on purpose. A coroutine that continues after a wait counts again.
"""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import syncgql
from syncgql import Client, FileVar

from .servers.wire import WireServer, always, answer

PACKAGE = str(Path(syncgql.__file__).parent)
QUERY = "query ($id: ID) { ok(id: $id) }"
UPLOAD = "mutation ($file: Upload!) { ok(file: $file) }"
OK = b'{"data":{"ok":true}}'

LONGEST = {
    "execute": (68, 28),
    "batch": (100, 28),
    "upload": (161, 38),
}
"""The calls of each tour and the files that they are in, at most."""


class Tour:
    """The calls of functions of this package, in all threads that were started within the ``tour`` fixture."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._is_on = False

    def profile(self, frame: types.FrameType, event: str, _: object) -> None:
        if self._is_on and event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            self.calls.append(f"{frame.f_code.co_filename[len(PACKAGE) + 1 :]} {frame.f_code.co_name}")

    def take(self, step: Callable[[], object]) -> None:
        """Note the calls of one step."""
        previous = sys.getprofile()
        sys.setprofile(self.profile)
        self._is_on = True
        try:
            step()
        finally:
            self._is_on = False
            sys.setprofile(previous)

    def check(self, name: str) -> None:
        """Compare the tour with the longest that is allowed."""
        files = {call.partition(" ")[0] for call in self.calls}
        calls, most = LONGEST[name]
        found = "\n".join([f"{len(self.calls)} calls in {len(files)} files:", *self.calls])
        assert len(self.calls) <= calls, found
        assert len(files) <= most, found


@pytest.fixture
def tour() -> Iterator[Tour]:
    tour = Tour()
    threading.setprofile(tour.profile)
    yield tour
    threading.setprofile(None)


def test_execute(tour: Tour) -> None:
    """One query, on a connection that is open."""
    with WireServer(always(answer())) as server, Client(server.url) as client:
        for _ in range(3):
            client.execute(QUERY, {"id": "1"})
        tour.take(lambda: client.execute(QUERY, {"id": "1"}))
    tour.check("execute")


def test_batch(tour: Tour) -> None:
    """Two queries as one batch."""
    requests = [syncgql.GraphQLRequest(QUERY, {"id": number}) for number in range(2)]
    with WireServer(always(answer(b"[" + OK + b"," + OK + b"]"))) as server, Client(server.url) as client:
        for _ in range(3):
            client.execute_batch(requests)
        tour.take(lambda: client.execute_batch(requests))
    tour.check("batch")


def test_upload(tour: Tour) -> None:
    """One small file, given as bytes."""
    with WireServer(always(answer())) as server, Client(server.url) as client:
        for _ in range(3):
            client.execute(UPLOAD, {"file": FileVar(b"content")})
        variables = {"file": FileVar(b"content")}
        tour.take(lambda: client.execute(UPLOAD, variables))
    tour.check("upload")

"""The server that most tests of the command talk to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncgql.cli.demo.server_process import ServerProcess


@pytest.fixture(scope="session")
def library() -> Iterator[str]:
    """The URL of the demo's server, with its four books."""
    with ServerProcess("syncgql.cli.demo.server") as server:
        yield server.url

"""The processes that most tests of the command need: a server, and the one that forks to run the command."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from syncgql.cli.demo.server_process import ServerProcess

from .processes import warm_command


@pytest.fixture(scope="session", autouse=True)
def forking() -> Iterator[None]:
    """The process that ``processes.syncgql`` forks, which belongs to no single test."""
    if sys.platform == "win32":
        yield
        return
    process = warm_command()
    yield
    process.close()


@pytest.fixture(scope="session")
def library() -> Iterator[str]:
    """The URL of the demo's server, with its four books."""
    with ServerProcess("syncgql.cli.demo.server") as server:
        yield server.url

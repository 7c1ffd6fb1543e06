"""The library that the examples talk to, as ``syncgql demo --serve`` has it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncgql.cli.demo.server_process import ServerProcess


@pytest.fixture(scope="module")
def library() -> Iterator[str]:
    """The URL of a library of its own for each example."""
    with ServerProcess("syncgql.cli.demo.server") as server:
        yield server.url

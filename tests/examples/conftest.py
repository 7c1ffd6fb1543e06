"""The library that the examples use, as in ``syncgql demo --serve``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncgql.cli.demo.server_process import ServerProcess


@pytest.fixture(scope="module")
def library() -> Iterator[str]:
    """The URL of a separate library for each example."""
    with ServerProcess("syncgql.cli.demo.server") as server:
        yield server.url

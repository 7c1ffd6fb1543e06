"""Fixtures of the tests of bulk work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncgql.cli.demo.server_process import ServerProcess


@pytest.fixture(scope="session")
def rows_url() -> Iterator[str]:
    """The URL of a server of 200,000 rows; see ``tests/servers/rows_server.py``."""
    with ServerProcess("tests.servers.rows_server") as process:
        yield process.url

"""ServerProcess: a child process with a server."""

from __future__ import annotations

from urllib.request import urlopen

import pytest

from syncgql.cli.demo.server_process import ServerProcess


def test_stopped_server_is_gone() -> None:
    """A server responds inside the block and not after it, and stopping it twice does nothing."""
    with ServerProcess("syncgql.cli.demo.server") as server:
        urlopen(server.url + "?query={__typename}", timeout=60).close()
    with pytest.raises(OSError):
        urlopen(server.url, timeout=60)
    server.stop()


def test_killed_server_is_gone(strawberry_server: object) -> None:
    """A killed server stops immediately."""
    with ServerProcess("syncgql.cli.demo.server") as server:
        server.kill()
        with pytest.raises(OSError):
            urlopen(server.url, timeout=60)


def test_server_that_cannot_start(capfd: pytest.CaptureFixture[str]) -> None:
    """A module that exits before serving raises an error with its exit code."""
    with pytest.raises(RuntimeError, match="no_such_module exited with code 1"):
        ServerProcess("no_such_module").start()
    assert "No module named no_such_module" in capfd.readouterr().err

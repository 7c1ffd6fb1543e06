"""A client across forks: children start their own runtime, and the parent is not affected."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ..fix_scripts import STRICT, run_python
from ..fix_servers import PATIENCE, Server

SCRIPT = str(Path(__file__).parent.parent / "scripts" / "forks.py")
PROJECT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")


def run(server: Server, way: str) -> str:
    result = run_python(SCRIPT, server.url, way, cwd=PROJECT, timeout=100)
    assert result.stderr == ""
    assert result.exit_code == 0
    assert result.stdout.endswith("end\n")
    return result.stdout


def test_f05_fork_before_and_after(strawberry_server: Server) -> None:
    """Children use, drop, close or ignore the client and exit with and without teardown; the parent continues."""
    run(strawberry_server, "before_and_after")
    # The parent's connections survived all of this: one socket, and one TCP connection for its queries.
    first = strawberry_server.wait_for("ws_connect")["connection"]
    strawberry_server.wait_for("ws_close", connection=first, code=1000)


def test_f05_fork_with_a_subscription(strawberry_server: Server) -> None:
    """Iterating a parent's subscription in a child raises, and does not affect the parent's."""
    assert "opened in another process" in run(strawberry_server, "subscription")


def test_f05_fork_after_a_name_was_looked_up(strawberry_server: Server) -> None:
    """A child that exits does not wait for threads that looked up names in the parent."""
    run(strawberry_server, "after_a_name")


def test_f05_fork_under_load(strawberry_server: Server) -> None:
    """Forks during calls of other threads: no response reaches the wrong process, and no call hangs."""
    run(strawberry_server, "under_load")


def test_f05_fork_under_a_rate_limit(strawberry_server: Server) -> None:
    """Children have their own queues, and the parent's threads keep their places."""
    run(strawberry_server, "paced")


def test_f05_fork_with_the_start_lock_held(strawberry_server: Server) -> None:
    """The child does not wait for a lock that a missing thread holds."""
    run(strawberry_server, "while_starting")


def test_f05_fork_recycles_process_ids(strawberry_server: Server) -> None:
    """A child with the process id of a dead ancestor does not use the ancestor's runtime."""
    run(strawberry_server, "recycled")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_f05_multiprocessing(strawberry_server: Server, method: str) -> None:
    """The client is inherited by fork, or pickled for a spawned process."""
    run(strawberry_server, method)


def test_f05_abort_is_seen_while_a_child_lives(strawberry_server: Server) -> None:
    """Connections are shut down, not only closed: a child has copies of their descriptors."""
    arguments = [sys.executable, *STRICT, SCRIPT, strawberry_server.url, "abort"]
    with subprocess.Popen(arguments, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "timeout\n"
            strawberry_server.wait_for("sleep_cancelled", seconds=500)
        finally:
            process.communicate("\n", timeout=PATIENCE)

"""Programs that end while a client is in use: exit code, output, speed, and the server's view."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..fix_scripts import ScriptResult, run_python
from ..fix_servers import Server

SCRIPT = str(Path(__file__).parent.parent / "scripts" / "exits.py")
PROJECT = Path(__file__).parent.parent.parent

EXIT_SECONDS = 15.0  # it takes at most 2; a busy machine needs more


def interpreters() -> list[str]:
    """This Python, and those of nearby environments that have syncgql: ``.venv-3.12``, ``.tox/py310``."""
    found = [sys.executable]
    for folder in sorted([*PROJECT.glob(".venv-3*"), *PROJECT.glob(".tox/py*")]):
        python = folder / "bin" / "python"
        if python.exists() and folder.resolve() != Path(sys.prefix).resolve():
            check = [str(python), "-c", "import syncgql, sys; sys.exit(sys.version_info < (3, 10))"]
            if subprocess.run(check, cwd=PROJECT, capture_output=True, check=False).returncode == 0:
                found.append(str(python))
    return found


@pytest.fixture(scope="module", params=interpreters(), ids=lambda path: Path(path).parent.parent.name)
def python(request: pytest.FixtureRequest) -> str:
    """Each interpreter in turn."""
    path: str = request.param
    return path


def leave(python: str, server: Server, way: str, exit_code: int = 0) -> ScriptResult:
    """Run the script; it must end in time, without output, with this exit code."""
    result = run_python(SCRIPT, server.url, way, python=python, cwd=PROJECT)
    assert result.stderr == ""
    assert result.exit_code == exit_code
    assert "daemon thread went on" not in result.stdout
    if exit_code == 0:
        assert time.time() - float(result.stdout.split("end ")[1].split()[0]) < EXIT_SECONDS
    return result


@pytest.mark.parametrize("way", ["closed", "forgotten", "dns"])
def test_f03_f26_exit_closes_connections_properly(python: str, strawberry_server: Server, way: str) -> None:
    """With or without ``close()``, and after name lookups, the server gets ``complete`` and close code 1000."""
    leave(python, strawberry_server, way)
    connection = strawberry_server.wait_for("ws_connect")["connection"]
    strawberry_server.wait_for("ws_message", connection=connection, message={"type": "complete"})
    strawberry_server.wait_for("ws_close", connection=connection, code=1000, by="client")
    strawberry_server.wait_for("subscription_ended", name="count")


def test_f26_exit_with_unread_events(python: str, strawberry_server: Server) -> None:
    """Unread data does not prevent the closing messages."""
    leave(python, strawberry_server, "shared")
    connection = strawberry_server.wait_for("ws_connect")["connection"]
    strawberry_server.wait_for("ws_close", connection=connection, code=1000, by="client")
    messages = [entry["message"]["type"] for entry in strawberry_server.seen("ws_message")]
    assert messages.count("complete") == 3


def test_f03_exit_code_is_the_program_s(python: str, strawberry_server: Server) -> None:
    """Cleaning up does not change the exit code."""
    leave(python, strawberry_server, "failed", exit_code=3)
    strawberry_server.wait_for("ws_close", code=1000, by="client")


@pytest.mark.parametrize("way", ["daemon_call", "daemon_calls", "daemon_next", "daemon_future"])
def test_f03_exit_while_daemon_threads_wait(python: str, strawberry_server: Server, way: str) -> None:
    """They are not released; otherwise they would print tracebacks while the process ends."""
    leave(python, strawberry_server, way)
    if way in {"daemon_call", "daemon_future"}:
        strawberry_server.wait_for("sleep_cancelled", seconds=600)


def test_f04_calls_in_exit_hooks(python: str, strawberry_server: Server) -> None:
    """A client in use works in hooks that run before ours; a new one works or raises that it is too late."""
    assert "called at exit" in leave(python, strawberry_server, "hooks").stdout


def test_f03_threads_that_run_after_the_main_thread(python: str, strawberry_server: Server) -> None:
    """They open new connections, including name lookups, although executors accept no more work."""
    printed = leave(python, strawberry_server, "outlived").stdout
    assert printed.count("went on {'hello': 'Hello world!'} {'count': 1}") == 2


def test_f03_submitted_requests_have_two_seconds(python: str, strawberry_server: Server) -> None:
    """A blocking transport cannot cancel them: one completes with its response, and the other is abandoned."""
    assert "answered {'sleep': 0.3}" in leave(python, strawberry_server, "submitted").stdout
    strawberry_server.wait_for("sleep_started", seconds=600)


def test_f30_temporaries_live_as_long_as_their_work(python: str, strawberry_server: Server) -> None:
    """A subscription and a future keep their client alive; dropped, they end without output."""
    assert "Hello world!" in leave(python, strawberry_server, "dropped").stdout
    strawberry_server.wait_for("ws_message", message={"type": "complete"})

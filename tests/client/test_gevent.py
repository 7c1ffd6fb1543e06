"""A client under gevent's monkey-patching, which turns threads into greenlets of one real thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..fix_scripts import run_python
from ..fix_servers import Server

pytest.importorskip("gevent", reason="gevent is for CPython only")

SCRIPT = Path(__file__).parent.parent / "scripts" / "greenlets.py"


def test_f06_greenlets_on_two_clients(strawberry_server: Server) -> None:
    """50 greenlets call at once, a subscription runs, timeouts of both kinds reach the server.

    All clients share one loop thread, because a real thread can run only one loop; it ends with the last client, and a
    later one starts another.
    """
    result = run_python(str(SCRIPT), strawberry_server.url, cwd=SCRIPT.parents[2])
    assert result.stderr == ""
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "answers True",
        "turns True",
        "loop threads 1",
        "events [1, 2, 3]",
        "limit timeout",
        "timeout True",
        "future Hello world!",
        "still Hello world!",
        "again Hello world!",
    ]
    strawberry_server.wait_for("sleep_cancelled", seconds=600)
    strawberry_server.wait_for("sleep_cancelled", seconds=700)
    strawberry_server.wait_for("ws_message", message={"type": "complete"})

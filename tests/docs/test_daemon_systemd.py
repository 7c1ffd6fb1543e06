"""The page on daemons: the lines that report to systemd's watchdog."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from ..fix_servers import PATIENCE
from .page import Page


@pytest.mark.parametrize("is_abstract", [False, True])
def test_states_arrive_at_the_socket_of_systemd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_abstract: bool
) -> None:
    """Also at an abstract socket; without NOTIFY_SOCKET, nothing is sent."""
    (source,) = [block.source for block in Page("docs/daemon_systemd.md", {}).blocks() if "def notify" in block.source]
    names: dict[str, Any] = {"os": os}
    exec(source, names)
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    names["notify"]("READY=1")
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    name = f"syncgql-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(PATIENCE)
        systemd.bind(f"\0{name}" if is_abstract else name)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}" if is_abstract else name)
        for state in ("READY=1", "WATCHDOG=1"):
            names["notify"](state)
            assert systemd.recv(100) == state.encode()

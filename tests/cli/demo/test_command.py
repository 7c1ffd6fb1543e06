"""``syncgql demo``: the command that it names."""

from __future__ import annotations

import io
import os
import re
import sys
import sysconfig
from pathlib import Path

import pytest
from rich.console import Console

from syncgql.cli.demo.command import EXAMPLE, highlighted, own_command


def test_own_command_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the command's name if the shell finds it; otherwise, as without an active environment, its path."""
    scripts = tmp_path / ".venv" / "bin"
    scripts.mkdir(parents=True)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(scripts))
    monkeypatch.setenv("PATH", "/usr/bin")
    assert own_command() == f"{sys.executable} -m syncgql"
    command = scripts / ("syncgql.exe" if sys.platform == "win32" else "syncgql")
    command.touch(0o755)
    assert own_command() == str(scripts / "syncgql")
    monkeypatch.chdir(tmp_path)
    assert own_command() == os.path.join(".venv", "bin", "syncgql")
    monkeypatch.setenv("PATH", str(scripts), prepend=os.pathsep)
    assert own_command() == "syncgql"


def test_code_is_legible_on_any_background() -> None:
    """It is not written in white or black, but in the colors of the terminal."""
    screen = io.StringIO()
    Console(file=screen, force_terminal=True, color_system="standard", width=80).print(highlighted(EXAMPLE))
    assert "\x1b[" in screen.getvalue()
    assert re.findall(r"\x1b\[(?:\d+;)*(?:30|37|97)\b", screen.getvalue()) == []

"""Progress: bars on terminals, functions everywhere."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from syncgql.bulk.progress_option import Bar, progress_of


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows the count and the total."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = progress_of(True, "requests", 20)
    assert isinstance(progress, Bar)
    progress.add(5)
    progress.close()
    progress.close()
    shown = terminal.getvalue()
    assert "requests" in shown
    assert "5/20" in shown


@pytest.mark.parametrize("option", [True, False, None])
def test_nothing_is_shown_in_other_cases(option: bool | None, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is shown if stderr is a file, or if no progress is requested."""
    progress = progress_of(option, "requests", 20)
    progress.add(5)
    progress.close()
    assert capsys.readouterr() == ("", "")


def test_a_function_gets_the_sums() -> None:
    """The function receives None if the total is unknown."""
    reported: list[Any] = []
    progress = progress_of(lambda done, total: reported.append((done, total)), "requests")
    progress.add(2)
    progress.total = 7
    progress.add(3)
    assert reported == [(2, None), (5, 7)]


def test_the_message_without_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra."""
    real_import = builtins.__import__

    def without_rich(name: str, *arguments: Any, **options: Any) -> Any:
        if name.startswith("rich"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real_import(name, *arguments, **options)

    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(builtins, "__import__", without_rich)
    with pytest.raises(ModuleNotFoundError, match=r"syncgql\[cli\]"):
        progress_of(True, "requests")


BAR = """
import time
from syncgql.bulk.progress_option import progress_of

for total in (40, None):
    progress = progress_of(True, "nodes", total)
    for _ in range(30):
        progress.add(1)
        time.sleep(0.02)
    progress.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
def test_a_bar_in_a_real_terminal() -> None:
    """It shows the count, total, rate and remaining time; without a total, the count and the rate."""
    import pty

    main, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen([sys.executable, "-c", BAR], stderr=terminal, env=environment)
    os.close(terminal)
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while part := os.read(main, 4096):
            shown += part
    os.close(main)
    assert process.wait() == 0
    text = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown).decode()
    assert re.search(r"nodes .*30/40 +[1-9]\d*/s 0:00:0\d 0:00:0\d", text)
    assert re.search(r"nodes .*30/\? +[1-9]\d*/s", text)

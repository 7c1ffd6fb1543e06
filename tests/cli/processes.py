"""Run the installed ``syncgql`` command: in a pipe, in a pseudo-terminal, and as part of a shell's pipeline."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from syncgql.cli.demo.server_process import NOT_INHERITED
from tests.fix_servers import PATIENCE

COMMAND = str(Path(sys.executable).with_name("syncgql"))

# Makes the terminal on standard input that of the session, so that Ctrl-C reaches the command as a signal.
IN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Outcome(NamedTuple):
    """How a command ended and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: warnings are errors, and asyncio is not in its debug mode."""
    own = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED | {"NO_COLOR"}}
    return {**own, "PYTHONWARNINGS": "error", "TERM": "xterm-256color", **(more or {})}


def syncgql(*arguments: str, stdin: str = "", env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Outcome:
    """Run the command with pipes."""
    done = subprocess.run(
        [COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env=environment(env),
        cwd=cwd,
        timeout=2 * PATIENCE,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start the command with pipes, in a session of its own."""
    return subprocess.Popen(
        [COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        start_new_session=True,
    )


class Terminal:
    """The command in a pseudo-terminal; both of its outputs go there. Ends the command at the end of ``with``."""

    def __init__(self, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        self._master, slave = os.openpty()
        self.screen = ""
        self._process = subprocess.Popen(
            [sys.executable, "-c", IN_TERMINAL, COMMAND, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(env),
            start_new_session=True,
        )
        os.close(slave)

    def wait_for(self, text: str) -> None:
        """Return when the command has written a text."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.screen:
            assert self._read(deadline), self.screen

    def type(self, keys: str) -> None:
        """Type on the keyboard; the character 3 is Ctrl-C."""
        os.write(self._master, keys.encode())

    def wait(self) -> int:
        """Return the exit code of the command, when it has ended."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self._process.wait(PATIENCE)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        try:
            data = os.read(self._master, 65_536) if ready else b""
        except OSError:  # on Linux, the end of the other side
            data = b""
        self.screen += data.decode("utf-8", "replace")
        return bool(data)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

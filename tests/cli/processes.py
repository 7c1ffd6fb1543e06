"""Run the ``syncgql`` command: in pipes, in a pseudo-terminal, and as part of a shell's pipeline."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from syncgql.cli.demo.server_process import NOT_INHERITED
from tests.fix_servers import PATIENCE

ROOT = Path(__file__).parents[2]
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
    """Run the command with pipes; where the system can fork, without the time that a new Python takes to import it."""
    if sys.platform == "win32":
        return installed_syncgql(*arguments, stdin=stdin, env=env, cwd=cwd)
    return ForkedCommand(*arguments, env=env, cwd=cwd).communicate(stdin, 2 * PATIENCE)


def installed_syncgql(
    *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Outcome:
    """Run the installed command with pipes."""
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


@contextlib.contextmanager
def start(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start the command with pipes, in a session of its own; kill it if it has not ended at the end of ``with``."""
    with subprocess.Popen(
        [COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


class WarmCommand:
    """A process that has already imported what the command imports, and forks to run it; see warm_command.py."""

    def __init__(self) -> None:
        self._requests, its_end = socket.socketpair()
        with its_end:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.cli.warm_command", str(its_end.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment(),
                cwd=ROOT,
                pass_fds=[its_end.fileno()],
                start_new_session=True,  # so that Ctrl-C in the terminal of the tests does not reach it
            )

    def request(self, descriptors: list[int]) -> None:
        """Hand over the standard streams of the next command, and the socket that describes it."""
        socket.send_fds(self._requests, [b"."], descriptors)

    def close(self) -> None:
        """End the process."""
        self._requests.close()
        self._process.communicate(timeout=PATIENCE)


@functools.cache
def warm_command() -> WarmCommand:
    """The one of this process. A fixture starts it before the first test, and closes it after the last."""
    return WarmCommand()


class ForkedCommand:
    """A command with pipes, in a fork of a process that has already imported what it imports. See warm_command.py."""

    def __init__(self, *arguments: str, env: Mapping[str, str] | None, cwd: Path | None) -> None:
        (its_stdin, self.stdin), (self.stdout, its_stdout), (self.stderr, its_stderr) = os.pipe(), os.pipe(), os.pipe()
        self._conversation, its_end = socket.socketpair()
        theirs = [its_stdin, its_stdout, its_stderr, its_end.detach()]
        warm_command().request(theirs)
        for descriptor in theirs:
            os.close(descriptor)
        call = {"arguments": arguments, "environment": environment(env), "cwd": str(cwd or Path.cwd())}
        self._conversation.sendall(f"{json.dumps(call)}\n".encode())
        self._reports = self._conversation.makefile("r")
        self._process = int(self._reports.readline())

    def communicate(self, stdin: str, timeout: float) -> Outcome:
        """Write standard input, and return what the command has written when it has ended; kill it at the timeout."""
        self._conversation.settimeout(timeout)
        with (
            self._conversation,
            self._reports,
            ThreadPoolExecutor(3) as threads,
            open(self.stdout, encoding="utf-8") as stdout,
            open(self.stderr, encoding="utf-8") as stderr,
        ):
            threads.submit(self._write, stdin)
            output, errors = threads.submit(stdout.read), threads.submit(stderr.read)
            try:
                exit_code = int(self._reports.readline())
            except TimeoutError:
                os.kill(self._process, signal.SIGKILL)
                raise
            return Outcome(exit_code, output.result(), errors.result())

    def _write(self, stdin: str) -> None:
        with contextlib.suppress(BrokenPipeError), open(self.stdin, "w", encoding="utf-8") as pipe:
            pipe.write(stdin)


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

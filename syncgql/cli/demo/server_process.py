"""ServerProcess: a GraphQL server in a child process, stopped at the end of a ``with`` block."""

from __future__ import annotations

import os
import subprocess
import sys
from types import TracebackType

STOP_TIMEOUT = 10.0  # seconds between SIGTERM and SIGKILL

# These variables make Python show warnings of the server's libraries, which would clutter the output.
NOT_INHERITED = {"PYTHONWARNINGS", "PYTHONDEVMODE", "PYTHONASYNCIODEBUG"}


class ServerExited(RuntimeError):
    """The server exited before it accepted connections; it reported the reason on stderr."""


class ServerProcess:
    """A module that serves GraphQL, run in a child process by the same Python.

    The module prints its URL as its first line once it accepts connections, serves until the end of its standard input,
    and exits. It therefore never outlives this process, even if this process is killed.

    Args:
        module: the module to run, as in ``python -m``.
        arguments: the command-line arguments of the module.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self.module = module
        self.arguments = arguments
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def command(self) -> list[str]:
        """Return the command that runs the module."""
        return [sys.executable, "-W", "ignore", "-m", self.module, *self.arguments]

    def environment(self) -> dict[str, str]:
        """Return the environment variables of the process."""
        return {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}

    def start(self) -> None:
        """Start the server and wait until it accepts connections.

        Raises:
            ServerExited: the server exited before it accepted connections.
        """
        process = subprocess.Popen(
            self.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment(),
            # Ctrl-C in the terminal must reach only this process, which then stops the server itself.
            start_new_session=True,
        )
        self._process = process
        try:
            # No other process holds the other end of the pipe, so this returns also when the server dies.
            self.url = process.stdout.readline().strip() if process.stdout else ""
        finally:
            if not self.url:
                self.stop()
        if not self.url:
            raise ServerExited(f"{self.module} exited with code {process.returncode} before it accepted connections.")

    def wait(self) -> int:
        """Wait until the server exits, and return its exit code."""
        return self._process.wait() if self._process else 0

    def stop(self) -> None:
        """Stop the server; do nothing if it has stopped."""
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self) -> None:
        """Kill the server, so that its connections break at once."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> ServerProcess:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

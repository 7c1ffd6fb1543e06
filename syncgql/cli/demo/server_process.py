"""ServerProcess: a GraphQL server in a child process, for as long as a ``with`` block lasts."""

from __future__ import annotations

import os
import subprocess
import sys
from types import TracebackType

PATIENCE = 10.0  # seconds for a server to leave when asked

# These make Python report what the server's libraries do, which is nobody's concern here.
NOT_INHERITED = {"PYTHONWARNINGS", "PYTHONDEVMODE", "PYTHONASYNCIODEBUG"}


class ServerLeft(RuntimeError):
    """The server left before it accepted connections; what it had to say about that is on stderr."""


class ServerProcess:
    """A module that serves GraphQL, run by this Python in a process of its own.

    The module prints its URL as the first line once it accepts connections, serves until its standard input
    ends, and then leaves; so it never outlives this process, whatever happens to this one.

    Args:
        module: the module to run, as after ``python -m``.
        arguments: what the module gets on its command line.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self.module = module
        self.arguments = arguments
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the server and wait until it accepts connections.

        Raises:
            ServerLeft: the server left before it accepted any.
        """
        environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", self.module, *self.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            # Ctrl-C in the terminal is for this process, which then stops the server in its own time.
            start_new_session=True,
        )
        self._process = process
        try:
            # No other process has the other end of the pipe, so this returns when the server has died, too.
            self.url = process.stdout.readline().strip() if process.stdout else ""
        finally:
            if not self.url:
                self.stop()
        if not self.url:
            raise ServerLeft(f"{self.module} left with exit code {process.returncode} before it served anything.")

    def wait(self) -> int:
        """Wait until the server leaves by itself; return its exit code."""
        return self._process.wait() if self._process else 0

    def stop(self) -> None:
        """Make the server leave. Does nothing when it has left."""
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self) -> None:
        """End the server at once, so that its connections break in the middle of whatever they do."""
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

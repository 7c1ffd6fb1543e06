"""Start and stop the example programs as their READMEs describe."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.ports import reserved_port

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PATIENCE = 60.0  # seconds for a program to start on a busy machine


def environment(library_url: str, **more: str) -> dict[str, str]:
    """The environment of an example: the URL of the library, and the commands of this Python."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**quiet, "PATH": path, "LIBRARY_URL": library_url, **more}


def command_of(folder: str) -> tuple[str, ...]:
    """The single command in an example's README."""
    readme = (EXAMPLES / folder / "README.md").read_text("utf-8")
    return tuple(shlex.split(readme.split("```console\n$ ", 1)[1].split("\n", 1)[0]))


@contextmanager
def running(folder: str, *command: str, env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A program in an example's folder, ended by Ctrl-C as by a user, or killed."""
    with subprocess.Popen(
        command,
        cwd=EXAMPLES / folder,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise


def run(folder: str, *command: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program in an example's folder to its end."""
    return subprocess.run(
        command, cwd=EXAMPLES / folder, env=env, text=True, capture_output=True, timeout=PATIENCE, check=False
    )


@contextmanager
def reserved_address() -> Iterator[str]:
    """A loopback address that refuses connections until a program that a test starts listens there."""
    with reserved_port() as port:
        yield f"127.0.0.1:{port}"


def wait_until_up(url: str) -> None:
    """Wait until there is an HTTP server at *url*, whatever its response."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            requests.head(url, timeout=PATIENCE)
            return
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)

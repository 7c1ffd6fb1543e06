"""A real HTTP proxy, proxy.py, in a separate process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE = 60.0  # seconds to wait for an event that must happen on a busy machine

USER, PASSWORD = "ada", "pr0xy-s3cret"


@pytest.fixture(scope="session")
def http_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a proxy that requires ``USER`` and ``PASSWORD``."""
    port_file = tmp_path_factory.mktemp("proxy") / "port"
    options = ["--hostname", "127.0.0.1", "--port", "0", "--port-file", str(port_file), "--log-level", "CRITICAL"]
    options += ["--basic-auth", f"{USER}:{PASSWORD}", "--num-acceptors", "1", "--num-workers", "1"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONASYNCIODEBUG"}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "proxy", *options],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{_port(process, port_file)}"
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(process: subprocess.Popen[bytes], port_file: Path) -> int:
    deadline = time.monotonic() + PATIENCE
    while not (port_file.exists() and port_file.read_text().strip()):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail("proxy.py did not start.")
        time.sleep(0.05)
    return int(port_file.read_text().split()[0])

"""A module-level client under common servers and workers: gunicorn with Flask and Django, Celery."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from ..fix_servers import PATIENCE, Server

PROJECT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn and Celery's prefork need fork")

# These programs' own warnings are not ours, and they end themselves with signals.
QUIET = {name: value for name, value in os.environ.items() if name not in {"PYTHONWARNINGS", "PYTHONASYNCIODEBUG"}}


@contextmanager
def gunicorn(application: str, server: Server, *options: str) -> Iterator[str]:
    """Serve an application of ``tests/scripts`` and yield its URL; it must end without errors."""
    # A worker that is stopped before it handles signals is killed after the graceful timeout.
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--graceful-timeout",
        "15",
        *options,
        "-b",
        "127.0.0.1:0",
        f"tests.scripts.{application}",
    ]
    environment = {**QUIET, "GRAPHQL_URL": server.url}
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        said = ""
        try:
            assert process.stderr is not None
            while not (found := re.search(r"Listening at: (\S+)", said)):
                line = process.stderr.readline()
                assert line, f"gunicorn ended: {said}"
                said += line
            yield found.group(1)
        finally:
            process.send_signal(signal.SIGTERM)
            _, rest = process.communicate(timeout=2 * PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in said + rest, said + rest


def get(url: str) -> bytes:
    with urlopen(url, timeout=PATIENCE) as answer:
        body: bytes = answer.read()
        return body


DEPLOYMENTS = {
    "flask, 4 processes": ("flask_app", ("--preload", "-w", "4"), ["hello"]),
    "django, 2 processes of 8 threads": (
        "django_app",
        ("--preload", "-w", "2", "-k", "gthread", "--threads", "8"),
        ["hello", "async"],
    ),
    "flask, 2 processes that import by themselves": ("flask_app", ("-w", "2"), ["hello"]),
    "flask, 2 processes of greenlets": ("flask_app", ("--preload", "-w", "2", "-k", "gevent"), ["hello"]),
}


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_f05_gunicorn(strawberry_server: Server, deployment: str) -> None:
    """The client is used at import, with --preload before the workers are forked; each worker responds and streams."""
    application, options, paths = DEPLOYMENTS[deployment]
    with gunicorn(application, strawberry_server, *options) as url:

        def ask(number: int) -> int:
            answer = json.loads(get(f"{url}/{paths[number % len(paths)]}/{number}"))
            assert answer["answer"] == f"Hello {number}!"
            assert answer["started"] == "Hello world!"
            pid: int = answer["pid"]
            return pid

        # One worker may take all connections of a round, so requests are sent until another one has responded.
        pids: set[int] = set()
        end = time.monotonic() + PATIENCE
        with ThreadPoolExecutor(16) as threads:
            while len(pids) < 2 and time.monotonic() < end:
                pids.update(threads.map(ask, range(80)))
        assert len(pids) > 1
        assert get(f"{url}/events") == b"1\n2\n3\n4\n5\n"


def test_f05_celery_prefork(strawberry_server: Server, tmp_path: Path) -> None:
    """Tasks in forked workers use the client that their parent had used, and so do the workers that replace them."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.scripts.celery_app"],
        cwd=PROJECT,
        env={**QUIET, "GRAPHQL_URL": strawberry_server.url, "CELERY_FOLDER": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    said = result.stdout + result.stderr
    assert result.returncode == 0, said
    for line in (str([f"Hello {number}!" for number in range(8)]), "processes True", "worker 0"):
        assert line in result.stdout.splitlines(), said
    assert "Traceback" not in said

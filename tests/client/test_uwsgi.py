"""uWSGI for real: a client is used before the fork and in the workers; reloads and stops are fast and silent."""

from __future__ import annotations

import os
import platform
import re
import shutil
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

UWSGI = shutil.which("uwsgi", path=str(Path(sys.executable).parent))
PROJECT = Path(__file__).parent.parent.parent
STOP_SECONDS = 30  # it takes one or two; uWSGI kills a worker that hangs after 60
ANSWER = b"[{'hello': 'Hello world!'}, {'hello': 'Hello world!'}, {'count': 1}]"


def why_not() -> str:
    """Return why the tests cannot run; empty if they can."""
    if UWSGI is None:
        return "uWSGI is not installed"
    # pip keeps what it has built, and another Python of the same minor version may have built it.
    built_for = subprocess.run([UWSGI, "--python-version"], capture_output=True, text=True, check=False).stdout.strip()
    if built_for != platform.python_version():
        return f"uWSGI was built for Python {built_for}, not for {platform.python_version()}"
    return ""


pytestmark = pytest.mark.skipif(why_not() != "", reason=why_not())

# Without these hooks uWSGI forks while another thread may hold the interpreter's lock, and the worker hangs.
FORK_HOOKS = "--py-call-uwsgi-fork-hooks"
THREADS = ["--enable-threads", FORK_HOOKS]
MODES = {
    "threads": THREADS,
    # uWSGI 2.0.31 has thread support all the same, and no option turns it off. 2.0.23 has none, and warns and may hang.
    "no-enable-threads": [FORK_HOOKS],
    "lazy-apps": ["--enable-threads", "--lazy-apps"],
}


class UWSGIServer:
    """A running uWSGI, whose log is read to its end."""

    def __init__(self, process: subprocess.Popen[str], workers: int) -> None:
        self.process = process
        self.workers = workers
        self.url = ""
        self.log = ""

    def wait_for(self, pattern: str) -> str:
        """Read the log until a line has a match, and return its group."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log += line
            if match := re.search(pattern, line):
                return match.group(1)
        raise AssertionError(self.log)

    def wait_until_ready(self) -> None:
        """Wait until the workers run; while a worker loads the application, uWSGI handles no signal properly."""
        self.url = f"http://{self.wait_for(r'bound to TCP address ([0-9.:]+)')}/"
        is_lazy = "--lazy-apps" in self.process.args  # type: ignore[operator]
        # A worker may have loaded the application before the next one is reported.
        for _ in range(self.workers * (2 if is_lazy else 1)):
            self.wait_for("(spawned uWSGI worker|WSGI app 0 .* ready)" if is_lazy else "(spawned uWSGI worker)")

    def ask(self) -> bytes:
        """Return the response of a worker."""
        with urlopen(self.url, timeout=PATIENCE) as answer:
            body: bytes = answer.read()
            return body

    def ask_each_worker(self) -> None:
        """Send requests until each worker has responded; before that, a worker may not yet handle signals."""
        answered: set[str] = set()
        with ThreadPoolExecutor(self.workers) as threads:
            while len(answered) < self.workers:
                for answer in threads.map(lambda _: self.ask(), range(2 * self.workers)):
                    assert answer == ANSWER
                    answered.add(self.wait_for(r"\[pid: (\d+)\|.* generated "))

    def reload(self) -> None:
        """Replace the master process and its workers; the old ones stop in time."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGHUP)
        self.wait_for("(binary reloading) uWSGI")
        assert time.monotonic() - began < STOP_SECONDS
        self.wait_until_ready()

    def stop(self) -> None:
        """Stop it in time; it has reported nothing."""
        self.process.send_signal(signal.SIGTERM)
        _, rest = self.process.communicate(timeout=STOP_SECONDS)
        self.log += rest
        assert not re.search(r"Traceback|Exception|Error:|Warning|GRACE|MERCY|DAMN", self.log), self.log


@contextmanager
def uwsgi(server: Server, *options: str, workers: int = 2, by_name: bool = False) -> Iterator[UWSGIServer]:
    """Run the application, at a port that uWSGI chooses."""
    url = server.url.replace("127.0.0.1", "localhost") if by_name else server.url
    environment = {**os.environ, "GRAPHQL_URL": url, "PYTHONPATH": str(PROJECT)}
    # Measuring coverage slows down the start of a worker, and uWSGI starts workers continuously here.
    environment.pop("COVERAGE_PROCESS_START", None)
    command = [str(UWSGI), "--http-socket", "127.0.0.1:0", "--wsgi-file", "tests/scripts/uwsgi_app.py", "--master",
               "-p", str(workers), "--die-on-term", "--need-app", "-H", sys.prefix, *options]  # fmt: skip
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        running = UWSGIServer(process, workers)
        try:
            running.wait_until_ready()
            yield running
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("by_name", [False, True], ids=["by-address", "by-name"])
@pytest.mark.parametrize("mode", MODES)
def test_f05_workers_call_and_stop(mode: str, by_name: bool, strawberry_server: Server) -> None:
    """Pipeline, futures and subscriptions before the fork and in workers; SIGTERM ends all of them."""
    with uwsgi(strawberry_server, *MODES[mode], by_name=by_name) as server:
        server.ask_each_worker()
        server.stop()


@pytest.mark.parametrize("mode", ["threads", "lazy-apps"])
def test_f05_reload(mode: str, strawberry_server: Server) -> None:
    """SIGHUP, as after a deploy: the new master process uses the client before it forks, as the old one did."""
    with uwsgi(strawberry_server, *MODES[mode]) as server:
        server.ask_each_worker()
        server.reload()
        server.ask_each_worker()
        server.stop()


def test_f05_max_requests(strawberry_server: Server) -> None:
    """A worker that has served its share is replaced, by a fork of a master process that receives events meanwhile.

    The last request is the first one of a worker, because uWSGI does not stop while it replaces a worker.
    """
    options = [*THREADS, "--max-requests", "2", "--min-worker-lifetime", "0"]
    with uwsgi(strawberry_server, *options, workers=1) as server:
        for _ in range(9):
            assert server.ask() == ANSWER
        server.stop()
    assert server.log.count("Respawned uWSGI worker") == 4


def test_f05_forks_that_can_hang_a_worker_are_announced(strawberry_server: Server) -> None:
    """The default of uWSGI: the log names the option, once."""
    with uwsgi(strawberry_server, "--enable-threads") as server:
        warnings = re.findall(r"RuntimeWarning: .*", server.log)
    assert len(warnings) == 1
    assert "py-call-uwsgi-fork-hooks = true" in warnings[0]

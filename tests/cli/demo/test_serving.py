"""``syncgql demo --serve``, run as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from syncgql import Client, FileVar, TransportServerError
from tests.fix_scripts import SLOW_CALLBACK, STRICT, run_python
from tests.ports import reserved_port

PATIENCE = 60.0


@contextmanager
def connection_that_ends(url: str) -> Iterator[None]:
    """Connect to a server; check after the block that it closes the connection, because it exits."""
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=PATIENCE) as connection:
        yield
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``syncgql demo --serve``; yield the process and the URL that it printed, when it has printed everything."""
    with subprocess.Popen(
        [sys.executable, *STRICT, "-u", "-m", "syncgql", "demo", "--serve", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ) as process:
        try:
            assert process.stdout
            lines = list(takewhile(lambda line: line != "Press Ctrl-C to stop it.\n", process.stdout))
            yield process, lines[0].split()[-1]
        finally:
            process.kill()


def test_serve_until_interrupted() -> None:
    """Serve mode prints a working URL, and Ctrl-C stops it without output on stderr."""
    with serving() as (process, url):
        request = Request(url, b'{"query": "{ book(id: 1) { title } }"}', {"Content-Type": "application/json"})
        with urlopen(request, timeout=PATIENCE) as answer:
            assert json.load(answer)["data"]["book"]["title"].startswith("The Hitchhiker")
        with connection_that_ends(url):
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=PATIENCE)
            assert (process.returncode, SLOW_CALLBACK.sub("", stderr)) == (130, "")
            assert stdout.endswith("Bye.\n")


def test_serve_at_a_port() -> None:
    """With --port the URL is known in advance; uploads and batches work there."""
    with reserved_port() as port, serving("--port", str(port)) as (_, url):
        assert url == f"http://127.0.0.1:{port}/graphql"
        with Client(url) as client:
            document = "mutation ($file: Upload!) { upload(file: $file) { filename size } }"
            assert client.execute(document, {"file": FileVar(b"four", filename="a")})["upload"]["size"] == 4
            assert client.execute_batch(["{ hello }", '{ hello(name: "you") }'])[1] == {"hello": "Hello you!"}


def test_serve_at_one_path() -> None:
    """A wrong path in the URL is reported, over HTTP and over a WebSocket."""
    with serving() as (_, url), Client(f"{url}l") as client:
        with pytest.raises(TransportServerError) as caught:
            client.execute("{ hello }")
        assert caught.value.code == 404
        with pytest.raises(TransportServerError):
            client.subscribe("subscription { bookAdded { title } }").next(PATIENCE)


def test_a_port_that_is_taken() -> None:
    """Two lines report the problem and a fix, without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run_python("-m", "syncgql", "demo", "--serve", "--port", str(port))
    assert (result.exit_code, result.stdout) == (1, "")
    first, second = result.stderr.splitlines()
    assert first.startswith(f"Cannot listen on port {port}: ")
    assert first.endswith("Use another --port.")
    assert second.startswith("Error: ")


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows' loop cannot watch the pipe that tells of the parent's end"
)
def test_server_leaves_with_its_parent() -> None:
    """If the command is killed and cannot clean up, its server exits as well."""
    with serving() as (process, url), connection_that_ends(url):
        process.kill()

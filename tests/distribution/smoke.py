"""Use an installed syncgql as a first program would; run by ``python -I`` in an environment without the tests.

Arguments: the extra that was installed, or nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import syncgql
from syncgql import Client


class Library(BaseHTTPRequestHandler):
    """Answers each query with the same book."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # the name is http.server's
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"data": {"book": {"title": "Dune"}}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing."""


@dataclass
class Book:
    title: str


@dataclass
class Result:
    book: Book


def try_client(client: Client) -> None:
    with client:
        expect(client.execute("{ book { title } }"), {"book": {"title": "Dune"}})
        expect(client.submit("{ book { title } }").result(), {"book": {"title": "Dune"}})


def try_base(url: str) -> None:
    try_client(Client(url))
    expect(Path(syncgql.__file__).with_name("py.typed").exists(), True)
    expect(Path(sys.prefix, "share/man/man1/syncgql.1").exists(), True)


def try_requests(url: str) -> None:
    from syncgql.transport.requests import RequestsHTTPTransport

    try_client(Client(transport=RequestsHTTPTransport(url)))


def try_appsync(url: str) -> None:
    from syncgql.transport.appsync_auth import AppSyncIAMAuthentication

    AppSyncIAMAuthentication("example.appsync-api.eu-west-1.amazonaws.com", region_name="eu-west-1")


def try_typed(url: str) -> None:
    from syncgql import TypedRequest

    with Client(url) as client:
        expect(client.execute(TypedRequest("{ book { title } }", Result)), Result(Book("Dune")))


def try_opentelemetry(url: str) -> None:
    from syncgql.contrib.opentelemetry import OpenTelemetry

    try_client(Client(url, middleware=[OpenTelemetry()]))


def try_command(url: str) -> None:
    command = [
        str(Path(sys.executable).with_name("syncgql")),
        "run",
        url,
        "{ book { title } }",
        "--select",
        "book.title",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    expect(done.stdout.strip().strip('"'), "Dune")


def try_demo(url: str) -> None:
    command = [str(Path(sys.executable).with_name("syncgql")), "demo"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=60)


TRIALS: dict[str, Callable[[str], None]] = {
    "requests": try_requests,
    "appsync": try_appsync,
    "speed": try_base,
    "typed": try_typed,
    "cli": try_command,
    "opentelemetry": try_opentelemetry,
    "demo": try_demo,
}


def expect(value: object, expected: object) -> None:
    if value != expected:
        sys.exit(f"expected {expected!r}, not {value!r}")


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Library)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/graphql"
    try_base(url)
    for extra in sys.argv[1:]:
        TRIALS[extra](url)
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()

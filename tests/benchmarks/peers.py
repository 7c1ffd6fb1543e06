"""What other clients do in the situations of docs/comparison.md, as JSON on standard output.

``.venv-bench/bin/python -m tests.benchmarks.peers`` examines the clients that are installed there. ariadne-codegen
needs graphql-core 3.2 and is in another environment: ``.venv-core32/bin/python -m tests.benchmarks.peers
ariadne-codegen``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Call = Callable[[], Any]
"""Sends a query, and returns the client's port as the server sees it."""

QUERY = "{ port }"


class _PortHandler(BaseHTTPRequestHandler):
    """Answers each query with the client's port, which identifies the connection; keeps connections open."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        answer: dict[str, Any] = {"data": {"port": self.client_address[1]}}
        if b"fail" in sent:
            answer = {"data": None, "errors": [{"message": "It failed."}]}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


def syncgql(url: str, query: str) -> Call:
    from syncgql import Client

    client = Client(url)
    return lambda: client.execute(query)["port"]


def gql(url: str, query: str) -> Call:
    from gql import Client
    from gql import gql as parse
    from gql.transport.aiohttp import AIOHTTPTransport

    client, request = Client(transport=AIOHTTPTransport(url)), parse(query)
    return lambda: client.execute(request)["port"]


def gql_with_requests(url: str, query: str) -> Call:
    from gql import Client
    from gql import gql as parse
    from gql.transport.requests import RequestsHTTPTransport

    client, request = Client(transport=RequestsHTTPTransport(url)), parse(query)
    return lambda: client.execute(request)["port"]


def gql_in_a_with_block(url: str, query: str) -> Call:
    from gql import Client
    from gql import gql as parse
    from gql.transport.requests import RequestsHTTPTransport

    session, request = Client(transport=RequestsHTTPTransport(url)).__enter__(), parse(query)
    return lambda: session.execute(request)["port"]


def sgqlc(url: str, query: str) -> Call:
    from sgqlc.endpoint.http import HTTPEndpoint

    endpoint = HTTPEndpoint(url)
    return lambda: endpoint(query)["data"]["port"]


def sgqlc_with_requests(url: str, query: str) -> Call:
    import requests as library
    from sgqlc.endpoint.requests import RequestsEndpoint

    endpoint = RequestsEndpoint(url, session=library.Session())
    return lambda: endpoint(query)["data"]["port"]


def requests(url: str, query: str) -> Call:
    import requests as library

    session = library.Session()
    return lambda: session.post(url, json={"query": query}).json()["data"]["port"]


def httpx(url: str, query: str) -> Call:
    import httpx as library

    client = library.Client()
    return lambda: client.post(url, json={"query": query}).json()["data"]["port"]


def ariadne_codegen(url: str, query: str) -> Call:
    from ariadne_codegen.client_generators.dependencies.base_client import BaseClient

    client = BaseClient(url=url)
    return lambda: client.get_data(client.execute(query))["port"]


PEERS = {
    "syncgql": syncgql,
    "gql": gql,
    "gql, requests": gql_with_requests,
    "gql, requests, in a with block": gql_in_a_with_block,
    "sgqlc": sgqlc,
    "sgqlc, requests": sgqlc_with_requests,
    "requests": requests,
    "httpx": httpx,
    "ariadne-codegen": ariadne_codegen,
}


def connections_of_three_calls(call: Call) -> int:
    return len({call() for _ in range(3)})


def failures_of_eight_threads(call: Call) -> list[str]:
    """The exceptions of 80 calls by eight threads."""

    def attempt(_: int) -> str | None:
        try:
            call()
        except Exception as error:
            return type(error).__name__
        return None

    with ThreadPoolExecutor(8) as threads:
        return [name for name in threads.map(attempt, range(80)) if name]


def in_a_running_loop(call: Call) -> bool:
    async def cell() -> bool:
        try:
            call()
        except (RuntimeError, AssertionError):  # gql asserts that no loop runs
            return False
        return True

    return asyncio.run(cell())


def child_has_a_connection_of_its_own(call: Call) -> bool:
    before = call()
    readable, writable = os.pipe()
    if os.fork() == 0:
        os.write(writable, str(call()).encode())
        os._exit(0)
    os.wait()
    return bool(int(os.read(readable, 10)) != before)


def raises_errors_of_the_response(call: Call) -> str:
    try:
        call()
    except (TypeError, KeyError):
        return "no"  # the caller failed because there is no data
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "no"


CHECKS: list[Callable[[Call], Any]] = [
    connections_of_three_calls,
    failures_of_eight_threads,
    in_a_running_loop,
    child_has_a_connection_of_its_own,
]


def main(names: list[str]) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _PortHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/graphql"
    found: dict[str, dict[str, Any]] = {}
    for name in names or [name for name in PEERS if name != "ariadne-codegen"]:
        make = PEERS[name]
        found[name] = {check.__name__: check(make(url, QUERY)) for check in CHECKS}
        found[name][raises_errors_of_the_response.__name__] = raises_errors_of_the_response(make(url, "{ fail }"))
    print(json.dumps(found, indent=2))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])

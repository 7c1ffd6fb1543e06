"""The clients that are compared over HTTP, each used as its documentation recommends.

All of them keep their connection if they can, decode the response's JSON and raise on errors; none validates.
"""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

Execute = Callable[[], Any]
"""A function that sends the benchmark's request once and returns the data."""

HTTPClient = Callable[[str, str], AbstractContextManager[Execute]]
"""A function that opens a client for a URL and a document."""


def data_of(status: int, answer: Mapping[str, Any]) -> Any:
    """Return the data of a response, for clients that do not know GraphQL."""
    if status != 200 or answer.get("errors"):
        raise RuntimeError(f"{status}: {answer.get('errors')}")
    return answer["data"]


@contextlib.contextmanager
def bare_http_client(url: str, document: str) -> Iterator[Execute]:
    """The lower bound: one blocking socket, without GraphQL."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}

    def execute() -> Any:
        connection.request("POST", parts.path, json.dumps({"query": document}), headers)
        response = connection.getresponse()
        return data_of(response.status, json.loads(response.read()))

    yield execute
    connection.close()


@contextlib.contextmanager
def aiohttp_thread(url: str, document: str) -> Iterator[Execute]:
    """The lower bound of this package's design: an aiohttp session on a loop thread, and a lock to wait with."""
    import asyncio
    import threading

    import aiohttp

    from syncgql.runtime.loop_thread import READ_SIZE

    # Without freeing a block of the size that asyncio reads into, each read would cost two page faults.
    bytes(READ_SIZE)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def open_session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    session = asyncio.run_coroutine_threadsafe(open_session(), loop).result()
    answers: list[tuple[int, bytes]] = []
    tasks: list[asyncio.Task[None]] = []

    async def send(body: bytes, done: threading.Lock) -> None:
        async with session.post(url, data=body, headers=headers) as response:
            answers.append((response.status, await response.read()))
        done.release()

    def start(body: bytes, done: threading.Lock) -> None:
        tasks[:] = [loop.create_task(send(body, done))]

    def execute() -> Any:
        done = threading.Lock()
        done.acquire()
        loop.call_soon_threadsafe(start, json.dumps({"query": document}).encode(), done)
        done.acquire()
        status, body = answers.pop()
        return data_of(status, json.loads(body))

    yield execute
    asyncio.run_coroutine_threadsafe(session.close(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@contextlib.contextmanager
def syncgql(url: str, document: str) -> Iterator[Execute]:
    """This package."""
    from syncgql import Client

    with Client(url) as client:
        yield lambda: client.execute(document)


@contextlib.contextmanager
def syncgql_with_policies(url: str, document: str) -> Iterator[Execute]:
    """This package with a middleware that does nothing, retries, and a rate limit that is never reached."""
    from syncgql import Client, Middleware, RateLimit

    class PassOn(Middleware):
        def execute(self, operation: Any, call_next: Any) -> Any:
            return call_next(operation)

    limit = RateLimit(1_000_000, burst=1_000_000)
    with Client(url, middleware=[PassOn()], retry=True, rate_limit=limit) as client:
        yield lambda: client.execute(document)


@contextlib.contextmanager
def requests(url: str, document: str) -> Iterator[Execute]:
    """A requests session, without GraphQL."""
    import requests

    with requests.Session() as session:

        def execute() -> Any:
            response = session.post(url, json={"query": document})
            return data_of(response.status_code, response.json())

        yield execute


@contextlib.contextmanager
def httpx(url: str, document: str) -> Iterator[Execute]:
    """An httpx client, without GraphQL."""
    import httpx

    with httpx.Client() as client:

        def execute() -> Any:
            response = client.post(url, json={"query": document})
            return data_of(response.status_code, response.json())

        yield execute


@contextlib.contextmanager
def gql(url: str, document: str) -> Iterator[Execute]:
    """A synchronous gql client with its aiohttp transport, as documented; the document is parsed in advance."""
    from gql import Client
    from gql import gql as parse
    from gql.transport.aiohttp import AIOHTTPTransport

    client = Client(transport=AIOHTTPTransport(url))
    query = parse(document)
    yield lambda: client.execute(query)


@contextlib.contextmanager
def gql_requests(url: str, document: str) -> Iterator[Execute]:
    """A gql session with its requests transport, which keeps its connection."""
    from gql import Client
    from gql import gql as parse
    from gql.transport.requests import RequestsHTTPTransport

    with Client(transport=RequestsHTTPTransport(url)) as session:
        query = parse(document)
        yield lambda: session.execute(query)


@contextlib.contextmanager
def gql_httpx(url: str, document: str) -> Iterator[Execute]:
    """A gql session with its httpx transport, which keeps its connection."""
    from gql import Client
    from gql import gql as parse
    from gql.transport.httpx import HTTPXTransport

    with Client(transport=HTTPXTransport(url)) as session:
        query = parse(document)
        yield lambda: session.execute(query)


@contextlib.contextmanager
def sgqlc(url: str, document: str) -> Iterator[Execute]:
    """The endpoint of sgqlc, based on urllib."""
    from sgqlc.endpoint.http import HTTPEndpoint

    endpoint = HTTPEndpoint(url)
    yield lambda: data_of(200, endpoint(document))


@contextlib.contextmanager
def python_graphql_client(url: str, document: str) -> Iterator[Execute]:
    """The client of python-graphql-client, based on requests without a session."""
    from python_graphql_client import GraphqlClient

    client = GraphqlClient(endpoint=url)
    yield lambda: data_of(200, client.execute(query=document))


@contextlib.contextmanager
def qlient(url: str, document: str) -> Iterator[Execute]:
    """The aiohttp backend of qlient; each call runs its coroutine to the end, with a session that stays open."""
    import asyncio

    import aiohttp
    from qlient.aiohttp import AIOHTTPBackend, GraphQLRequest

    loop = asyncio.new_event_loop()

    async def open_session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    session = loop.run_until_complete(open_session())
    backend = AIOHTTPBackend(url, session=session)
    request = GraphQLRequest(query=document)

    def execute() -> Any:
        response = loop.run_until_complete(backend.execute_query(request))
        return data_of(200, {"data": response.data, "errors": response.errors})

    yield execute
    loop.run_until_complete(session.close())
    loop.close()


HTTP_CLIENTS: dict[str, HTTPClient] = {
    "http.client": bare_http_client,
    "aiohttp on a loop thread": aiohttp_thread,
    "syncgql": syncgql,
    "syncgql[speed]": syncgql,
    "requests": requests,
    "httpx": httpx,
    "gql (aiohttp)": gql,
    "gql (requests session)": gql_requests,
    "gql (httpx session)": gql_httpx,
    "sgqlc": sgqlc,
    "python-graphql-client": python_graphql_client,
    "qlient (aiohttp)": qlient,
}

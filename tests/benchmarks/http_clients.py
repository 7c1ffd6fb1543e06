"""The clients that are compared over HTTP, each as its documentation shows it, with whatever it keeps between calls."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

Execute = Callable[[], Any]
"""Sends the benchmark's request once and returns the answer's data."""

HTTPClient = Callable[[str, str], AbstractContextManager[Execute]]
"""Opens a client for (URL, document)."""


@contextlib.contextmanager
def bare_http_client(url: str, document: str) -> Iterator[Execute]:
    """The floor: one blocking socket, no GraphQL."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}

    def execute() -> Any:
        connection.request("POST", parts.path, json.dumps({"query": document}), headers)
        return json.loads(connection.getresponse().read())["data"]

    yield execute
    connection.close()


@contextlib.contextmanager
def syncgql(url: str, document: str) -> Iterator[Execute]:
    """This package."""
    from syncgql import Client

    with Client(url) as client:
        yield lambda: client.execute(document)


@contextlib.contextmanager
def requests(url: str, document: str) -> Iterator[Execute]:
    """A requests session, no GraphQL."""
    import requests

    with requests.Session() as session:
        yield lambda: session.post(url, json={"query": document}).json()["data"]


@contextlib.contextmanager
def httpx(url: str, document: str) -> Iterator[Execute]:
    """An httpx client, no GraphQL."""
    import httpx

    with httpx.Client() as client:
        yield lambda: client.post(url, json={"query": document}).json()["data"]


@contextlib.contextmanager
def gql(url: str, document: str) -> Iterator[Execute]:
    """A synchronous gql client on its aiohttp transport, as most of its documentation has it."""
    from gql import Client
    from gql import gql as parse
    from gql.transport.aiohttp import AIOHTTPTransport

    client = Client(transport=AIOHTTPTransport(url))
    query = parse(document)
    yield lambda: client.execute(query)


@contextlib.contextmanager
def gql_requests(url: str, document: str) -> Iterator[Execute]:
    """A gql session on its requests transport, which keeps its connection."""
    from gql import Client
    from gql import gql as parse
    from gql.transport.requests import RequestsHTTPTransport

    with Client(transport=RequestsHTTPTransport(url)) as session:
        query = parse(document)
        yield lambda: session.execute(query)


@contextlib.contextmanager
def sgqlc(url: str, document: str) -> Iterator[Execute]:
    """The endpoint of sgqlc, on urllib."""
    from sgqlc.endpoint.http import HTTPEndpoint

    endpoint = HTTPEndpoint(url)
    yield lambda: endpoint(document)["data"]


@contextlib.contextmanager
def python_graphql_client(url: str, document: str) -> Iterator[Execute]:
    """The client of python-graphql-client, on requests without a session."""
    from python_graphql_client import GraphqlClient

    client = GraphqlClient(endpoint=url)
    yield lambda: client.execute(query=document)["data"]


@contextlib.contextmanager
def qlient(url: str, document: str) -> Iterator[Execute]:
    """The aiohttp backend of qlient, its coroutine run to its end by each call, on a session that stays open."""
    import aiohttp
    from qlient.aiohttp import AIOHTTPBackend, GraphQLRequest

    loop = asyncio.new_event_loop()

    async def open_session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    session = loop.run_until_complete(open_session())
    backend = AIOHTTPBackend(url, session=session)
    request = GraphQLRequest(query=document)
    yield lambda: loop.run_until_complete(backend.execute_query(request)).data
    loop.run_until_complete(session.close())
    loop.close()


HTTP_CLIENTS: dict[str, HTTPClient] = {
    "http.client": bare_http_client,
    "syncgql": syncgql,
    "requests": requests,
    "httpx": httpx,
    "gql (aiohttp)": gql,
    "gql (requests session)": gql_requests,
    "sgqlc": sgqlc,
    "python-graphql-client": python_graphql_client,
    "qlient (aiohttp)": qlient,
}

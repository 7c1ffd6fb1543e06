"""Other libraries for tests: vcrpy records both HTTP libraries, responses replaces requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
import responses
import vcr

from syncgql import Client, RequestsHTTPTransport
from syncgql.testing import GraphQLServer

from .program import BOOK, URL

HEADERS = {"Authorization": "Bearer long-secret-token"}


def with_aiohttp(url: str) -> Client:
    return Client(url, headers=HEADERS)


def with_requests(url: str) -> Client:
    return Client(transport=RequestsHTTPTransport(url, headers=HEADERS))


def with_a_session(url: str) -> Client:
    return Client(transport=RequestsHTTPTransport(url, headers=HEADERS, session=requests.Session))


@pytest.fixture
def server() -> Iterator[GraphQLServer]:
    with GraphQLServer() as server:
        server.add("Book", lambda call: {"book": call.variables["id"]})
        yield server


@pytest.mark.parametrize("client_for", [with_aiohttp, with_a_session])
def test_vcrpy(client_for: Callable[[str], Client], server: GraphQLServer, tmp_path: Path) -> None:
    """It must compare bodies, because each request to an endpoint is a POST of the same URL.

    With requests it needs a session of requests, because it does not replay to the connections of this package.
    """
    recorder = vcr.VCR(match_on=["method", "uri", "body"], filter_headers=["authorization"])
    cassette = tmp_path / "books.yaml"
    for _ in range(2):
        with recorder.use_cassette(str(cassette)), client_for(server.url) as client:
            assert [client.execute(BOOK, {"id": id}) for id in ("1", "2")] == [{"book": "1"}, {"book": "2"}]
    assert len(server.calls) == 2
    assert "secret" not in cassette.read_text()


def test_responses() -> None:
    """It sees what RequestsHTTPTransport sends."""
    with responses.RequestsMock() as mock, with_requests(URL) as client:
        query = {"query": BOOK, "variables": {"id": "1"}}
        mock.post(URL, json={"data": {"book": 1}}, match=[responses.matchers.json_params_matcher(query)])
        assert client.execute(BOOK, {"id": "1"}) == {"book": 1}
        assert mock.calls[0].request.headers["Authorization"] == HEADERS["Authorization"]


def test_responses_does_not_see_aiohttp(server: GraphQLServer) -> None:
    """A client with a URL reaches its server."""
    with responses.RequestsMock() as mock, with_aiohttp(server.url) as client:
        assert client.execute(BOOK, {"id": "1"}) == {"book": "1"}
        assert len(mock.calls) == 0

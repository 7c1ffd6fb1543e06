"""Python values in variables, with every way to send a request."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from graphql import GraphQLScalarType

from syncgql import UNSET, Client, FileVar, GraphQLRequest, RequestsHTTPTransport, update_schema_scalar
from syncgql.testing import GraphQLMock

from ..multipart_form import Form
from ..servers.scripted import Peer, ScriptedServer
from ..servers.wire import WireRequest, WireServer, always, answer


class Plan(str, enum.Enum):
    GOLD = "gold-7"


@dataclasses.dataclass
class Filter:
    plan: Plan
    since: datetime.date
    limit: Any = UNSET
    file: FileVar | None = None


DOCUMENT = "query ($id: ID, $filter: Filter, $first: Int) { a(id: $id, filter: $filter, first: $first) }"
VALUES: dict[str, Any] = {
    "id": uuid.UUID(int=1),
    "filter": [Filter(Plan.GOLD, datetime.date(2026, 1, 2))],
    "first": UNSET,
}
JSON: dict[str, Any] = {
    "id": "00000000-0000-0000-0000-000000000001",
    "filter": [{"plan": "gold-7", "since": "2026-01-02", "file": None}],
}
DONE = b'{"data": {"a": 1}}'


def client_of(url: str, transport: str, **options: Any) -> Client:
    if transport == "requests":
        method = "GET" if options.get("use_get_for_queries") else "POST"
        return Client(transport=RequestsHTTPTransport(url, method=method))
    return Client(url, **options)


def form_of(request: WireRequest) -> Form:
    form = Form(request.header("content-type") or "")
    form.feed(request.body)
    return form


@pytest.mark.parametrize("transport", ["aiohttp", "requests"])
def test_by_post(transport: str) -> None:
    """They are encoded in the body."""
    with WireServer(always(answer(DONE))) as server, client_of(server.url, transport) as client:
        client.execute(DOCUMENT, VALUES)
    assert json.loads(server.requests[0].body)["variables"] == JSON


@pytest.mark.parametrize("transport", ["aiohttp", "requests"])
def test_by_get(transport: str) -> None:
    """They are encoded in the URL; UNSET does not cause a POST."""
    options = {"use_get_for_queries": True}
    with WireServer(always(answer(DONE))) as server, client_of(server.url, transport, **options) as client:
        client.execute(DOCUMENT, VALUES)
    (request,) = server.requests
    assert request.method == "GET"
    assert json.loads(parse_qs(urlsplit(request.target).query)["variables"][0]) == JSON


@pytest.mark.parametrize("transport", ["aiohttp", "requests"])
def test_in_a_batch(transport: str) -> None:
    """They are encoded in each request of a batch."""
    both = answer(b"[" + DONE + b"," + DONE + b"]")
    with WireServer(always(both)) as server, client_of(server.url, transport) as client:
        client.execute_batch([GraphQLRequest(DOCUMENT, VALUES)] * 2)
    assert [entry["variables"] for entry in json.loads(server.requests[0].body)] == [JSON, JSON]


@pytest.mark.parametrize("transport", ["aiohttp", "requests"])
def test_beside_files(transport: str) -> None:
    """A dataclass may contain a file."""
    given = {**VALUES, "filter": Filter(Plan.GOLD, datetime.date(2026, 1, 2), file=FileVar(b"content"))}
    with WireServer(always(answer(DONE))) as server, client_of(server.url, transport) as client:
        client.execute(DOCUMENT, given)
    operations, file_map, file = form_of(server.requests[0]).parts
    assert json.loads(operations.content)["variables"] == {**JSON, "filter": JSON["filter"][0]}
    assert json.loads(file_map.content) == {"0": ["variables.filter.file"]}
    assert file.content == b"content"


def test_over_a_websocket() -> None:
    """A subscription and a query over a WebSocket."""
    seen: list[Any] = []

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        subscribe = await peer.expect("subscribe")
        seen.append(subscribe["payload"]["variables"])
        await peer.send(id=subscribe["id"], type="complete")

    with ScriptedServer(script) as server, Client(server.ws_url) as client:
        assert list(client.subscribe(DOCUMENT.replace("query", "subscription"), VALUES)) == []
    assert seen == [JSON]


def test_with_a_mock() -> None:
    """A test sees the values as a server would, and may compare them with Python values."""
    with GraphQLMock() as mock, Client("https://api.invalid/graphql") as client:
        mock.add("Q", {"a": 1})
        client.execute(DOCUMENT.replace("query", "query Q"), VALUES)
        assert mock.calls[0].variables == JSON
        mock.assert_called("Q", variables=JSON)
        mock.assert_called("Q", variables=VALUES)


def test_a_schema_decides() -> None:
    """A registered scalar function takes precedence; UNSET omits a variable here as well."""
    sdl = "scalar Filter type Query { a(id: ID, filter: [Filter], first: Int): Int }"
    options: Any = {"schema": sdl, "serialize_variables": True}
    with WireServer(always(answer(DONE))) as server, Client(server.url, **options) as client:
        scalar = GraphQLScalarType("Filter", serialize=lambda value: value.plan.name)
        update_schema_scalar(client.schema, "Filter", scalar)
        client.execute(DOCUMENT.replace("$filter: Filter", "$filter: [Filter]"), VALUES)
    assert json.loads(server.requests[0].body)["variables"] == {"id": JSON["id"], "filter": ["GOLD"]}


@pytest.mark.parametrize("transport", ["aiohttp", "requests"])
def test_members_of_enums_in_other_places(transport: str) -> None:
    """Text is also sent by value: URL, document, operation name, headers, and the name and type of a file."""
    with WireServer(always(answer(DONE))) as server:

        class Text(str, enum.Enum):
            URL = server.url
            DOCUMENT = "query Q { a }"
            NAME = "Q"
            TOKEN = "abc"
            TYPE = "text/x-own"

        with client_of(Text.URL, transport) as client:
            client.execute(Text.DOCUMENT, None, Text.NAME, headers={"X-Token": Text.TOKEN})
            file = FileVar(b"", filename=Text.NAME, content_type=Text.TYPE)
            client.execute(Text.DOCUMENT, {"file": file})
        with Client(Text.URL, use_get_for_queries=True, headers={"X-Token": Text.TOKEN}) as client:
            client.execute(Text.DOCUMENT, None, Text.NAME)
    post, upload, get = server.requests
    assert json.loads(post.body) == {"query": "query Q { a }", "operationName": "Q"}
    assert (post.header("x-token"), get.header("x-token")) == ("abc", "abc")
    part = form_of(upload).parts[2]
    assert (part.filename, part.headers["content-type"]) == ("Q", "text/x-own")
    assert parse_qs(urlsplit(get.target).query) == {"query": ["query Q { a }"], "operationName": ["Q"]}

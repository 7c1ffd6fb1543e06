"""``execute_batch`` and ``execute_batch_results`` against a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncgql import Client, DocumentError, GraphQLRequest, TransportQueryError

from ..fix_servers import Server

GREET = "query Greet($name: String!) { hello(name: $name) }"


@pytest.fixture
def client(strawberry_server: Server) -> Iterator[Client]:
    with Client(strawberry_server.url) as client:
        yield client


def test_the_data_is_in_the_order_of_the_requests(client: Client) -> None:
    """Requests are text or objects, each with its own variables."""
    ada, zoe = GraphQLRequest(GREET, {"name": "Ada"}), GraphQLRequest(GREET, {"name": "Zoë"})
    results = client.execute_batch([ada, "{ hello }", zoe])
    assert [data["hello"] for data in results] == ["Hello Ada!", "Hello world!", "Hello Zoë!"]


def test_the_first_error_is_raised(client: Client) -> None:
    """The message names the request by its number."""
    with pytest.raises(TransportQueryError, match=r"^Request 2 of 2: It failed"):
        client.execute_batch(["{ hello }", "{ fail }"])


def test_results_carry_errors(client: Client) -> None:
    """Errors of one request do not affect the others."""
    first, second = client.execute_batch_results(["{ hello }", "{ fail }"])
    assert not isinstance(first, Exception)
    assert not isinstance(second, Exception)
    assert (first.data, first.errors) == ({"hello": "Hello world!"}, None)
    assert second.errors is not None
    assert second.errors[0]["path"] == ["fail"]


@pytest.mark.parametrize("requests", ["{ hello }", {"{ hello }"}], ids=["text", "set"])
def test_a_batch_is_a_sequence(client: Client, requests: list[str]) -> None:
    """The text of one document is a sequence of characters, but not a batch."""
    for call in (client.execute_batch, client.execute_batch_results):
        with pytest.raises(TypeError, match="A batch must be a list of requests, not"):
            call(requests)


def test_a_batch_is_not_empty(client: Client) -> None:
    """There is nothing to send."""
    with pytest.raises(DocumentError, match="at least one request"):
        client.execute_batch([])

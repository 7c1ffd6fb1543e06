"""``execute_many``, ``paginate`` and ``poll`` against real servers; ``tests/bulk`` has the details."""

from __future__ import annotations

import itertools

import pytest

from syncgql import Client, FailedRequest, TransportQueryError

from ..fix_servers import Server

GREET = "query Greet($name: String!) { hello(name: $name) }"


def test_one_document_with_many_variables(any_server: Server) -> None:
    """The data is in the order of the variables, however many requests are in flight."""
    names = [str(number) for number in range(50)]
    with Client(any_server.url) as client:
        results = client.execute_many(GREET, ({"name": name} for name in names), concurrency=5)
        assert [data["hello"] for data in results] == [f"Hello {name}!" for name in names]


def test_failed_requests_are_raised_or_returned(any_server: Server) -> None:
    """By default the first error ends the iteration."""
    requests = ["{ hello }", "{ fail }", "{ hello }"]
    with Client(any_server.url) as client:
        with pytest.raises(TransportQueryError, match="It failed"):
            list(client.execute_many(requests))
        first, second, third = client.execute_many(requests, on_error="return")
        assert first == third == {"hello": "Hello world!"}
        assert isinstance(second, FailedRequest)


def test_pages_become_one_list(rows_url: str) -> None:
    """The connection is found in the document."""
    page = "nodes { id } pageInfo { hasNextPage endCursor }"
    document = f"query ($total: Int, $first: Int, $after: String) {{ rows(first: $first, after: $after) {{ {page} }} }}"
    with Client(rows_url) as client:
        rows = client.paginate(document, {"total": 25}, page_size=10)
        assert [row["id"] for row in rows] == list(range(25))


def test_until_ends_polling(any_server: Server) -> None:
    """The last item is the data that ended it."""
    numbers = itertools.count(1)
    with Client(any_server.url) as client:
        answers = client.poll("{ hello }", interval=0, until=lambda _: next(numbers) == 3)
        assert list(answers) == [{"hello": "Hello world!"}] * 3


@pytest.mark.parametrize("method", ["execute_many", "paginate", "poll"])
def test_unknown_arguments_are_named(method: str) -> None:
    """The error names the method as its caller does."""
    options = {"interval": 1} if method == "poll" else {}
    with pytest.raises(TypeError, match=rf"Client\.{method}\(\) .*'pages'"):
        getattr(Client("https://example.com/graphql"), method)("{ a }", pages=1, **options)

"""The real servers that stream: each starts, and sends what the recorded samples say."""

from __future__ import annotations

import pytest

from ..fix_streams import Url, server_at


@pytest.fixture(params=["yoga", "graphql-sse", "graphql-ws", "apollo", "apollo-gzip", "strawberry", "ariadne"])
def any_url(
    request: pytest.FixtureRequest,
    yoga_url: Url,
    graphql_sse_url: Url,
    graphql_ws_url: Url,
    apollo_url: Url,
    apollo_gzip_url: Url,
    strawberry_streams_url: Url,
    ariadne_streams_url: Url,
) -> Url:
    """The URL of each server in turn."""
    urls = {
        "yoga": yoga_url,
        "graphql-sse": graphql_sse_url,
        "graphql-ws": graphql_ws_url,
        "apollo": apollo_url,
        "apollo-gzip": apollo_gzip_url,
        "strawberry": strawberry_streams_url,
        "ariadne": ariadne_streams_url,
    }
    return urls[request.param]


def test_servers_start_and_run(any_url: Url) -> None:
    """Each server runs the documents of tests, whatever protocols it speaks."""
    server = server_at(any_url)
    assert server.run("{ hello items(n: 2) book { title reviews(n: 1) { text } } }") == {
        "hello": "Hello world!",
        "items": [1, 2],
        "book": {"title": "Emma", "reviews": [{"text": "Review 1"}]},
    }
    assert server.active() == []
    assert [entry["name"] for entry in server.seen("started")] == ["items", "items"]

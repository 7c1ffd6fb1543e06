"""Calls: what bulk operations need of a client, as the pipeline provides it."""

from __future__ import annotations

import pytest

from syncgql import Client, GraphQLRequest, TransportError

from ..fix_servers import Server


def test_the_pipeline_provides_them(strawberry_server: Server) -> None:
    """A call that waits and one that does not have the same answer."""
    with Client(strawberry_server.url) as client:
        calls = client._pipeline.calls()
        request = GraphQLRequest("{ hello }")
        assert calls.execute(request).data == {"hello": "Hello world!"}


def test_no_call_begins_after_cancel(strawberry_server: Server) -> None:
    """A call of another thread that was between two requests ends at its next one."""
    with Client(strawberry_server.url) as client:
        calls = client._pipeline.calls()
        calls.cancel()
        with pytest.raises(TransportError, match="nothing waits for its result"):
            calls.execute(GraphQLRequest("{ hello }"))
    assert strawberry_server.seen("request") == []

"""RequestExecutor: the pipeline implements the interface that bulk operations use."""

from __future__ import annotations

import pytest

from syncgql import Client, GraphQLRequest, TransportError

from ..fix_servers import Server


def test_the_pipeline_implements_it(strawberry_server: Server) -> None:
    """``execute`` returns the result of a request."""
    with Client(strawberry_server.url) as client:
        executor = client._pipeline.bulk_executor()
        request = GraphQLRequest("{ hello }")
        assert executor.execute(request).data == {"hello": "Hello world!"}


def test_no_request_is_sent_after_cancel(strawberry_server: Server) -> None:
    """A thread between two requests raises when it sends the next one."""
    with Client(strawberry_server.url) as client:
        executor = client._pipeline.bulk_executor()
        executor.cancel()
        with pytest.raises(TransportError, match="nothing waits for its result"):
            executor.execute(GraphQLRequest("{ hello }"))
    assert strawberry_server.seen("request") == []

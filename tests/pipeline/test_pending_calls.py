"""PendingCalls: queries and mutations in flight, which any thread may cancel."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from syncgql import Client, GraphQLRequest, TransportError

from ..fix_servers import PATIENCE, Server


@pytest.mark.parametrize("options", [{}, {"retry": True}], ids=["plain", "retry"])
def test_cancel_ends_the_calls_of_other_threads(strawberry_server: Server, options: dict[str, Any]) -> None:
    """The requests are aborted, too; the threads get an error, which is not retried."""
    raised: list[BaseException] = []
    with Client(strawberry_server.url, timeout=None, **options) as client:
        executor = client._pipeline.bulk_executor()

        def call() -> None:
            with pytest.raises(TransportError, match="nothing waits") as info:
                executor.execute(GraphQLRequest("{ sleep(seconds: 600) }"))
            raised.append(info.value)

        threads = [threading.Thread(target=call) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in threads:
            strawberry_server.wait_for("sleep_started")
        executor.cancel()
        for thread in threads:
            thread.join(PATIENCE)
        strawberry_server.wait_for("sleep_cancelled")
    assert len(raised) == 3

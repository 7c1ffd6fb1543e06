"""A client whose server is hostile at first, and the conditions that must hold afterwards."""

from __future__ import annotations

import contextlib
import resource
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

from syncgql import AIOHTTPTransport, Client, ExecutionResult, GraphQLRequest, RequestsHTTPTransport, TransportError

from ..servers.wire import Script, WireConnection, WireServer, always, answer

PATIENCE = 60.0  # seconds that a call may take if the test is not about time
OK = {"ok": True}

MakeClient = Callable[..., Client]


def by_aiohttp(url: str, *, execute_timeout: float | None = PATIENCE, **options: Any) -> Client:
    """Return a client with ``AIOHTTPTransport``."""
    return Client(transport=AIOHTTPTransport(url, **options), execute_timeout=execute_timeout)


def by_requests(url: str, *, execute_timeout: float | None = PATIENCE, **options: Any) -> Client:
    """Return a client with ``RequestsHTTPTransport``."""
    return Client(transport=RequestsHTTPTransport(url, **options), execute_timeout=execute_timeout)


def get_option(make_client: MakeClient) -> dict[str, Any]:
    """Return the transport option that sends queries by GET."""
    return {"method": "GET"} if make_client is by_requests else {"use_get_for_queries": True}


def once(wire: bytes) -> Script:
    """Return a script that responds to one request with these bytes and closes the connection."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(wire)

    return script


@contextlib.contextmanager
def attacked(make_client: MakeClient, hostile: bytes | Script, **options: Any) -> Iterator[Client]:
    """Yield a client whose first response is *hostile*; at the end its next call must receive the right response."""
    script = always(hostile, answer()) if isinstance(hostile, bytes) else hostile
    with WireServer(script, always(answer())) as server, make_client(server.url, **options) as client:
        yield client
        if not isinstance(hostile, bytes):
            server.wait_for_scripts()  # so that the client detects the closed connection
        assert client.execute("{ ok }", timeout=PATIENCE) == OK  # the client's own limit may be that of the attack


def outcome(client: Client, request: str | GraphQLRequest = "{ ok }") -> ExecutionResult | TransportError:
    """Execute a query and return the result or the error, which must be an exception of the package."""
    try:
        return client.execute_result(request)
    except TransportError as error:
        return error


@contextlib.contextmanager
def bounded_memory(limit: int) -> Iterator[None]:
    """Check that Python never allocates more than *limit* additional bytes."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < limit, f"{peak:,} bytes were allocated at once."


@contextlib.contextmanager
def bounded_growth(limit: int) -> Iterator[None]:
    """Check that the process never uses more than *limit* bytes beyond its earlier maximum; has no effect on speed."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    growth = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    assert growth < limit, f"The process grew by {growth:,} bytes."

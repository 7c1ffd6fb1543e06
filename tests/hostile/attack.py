"""A client whose server is hostile at first, and what must hold afterwards."""

from __future__ import annotations

import contextlib
import resource
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

from syncgql import AIOHTTPTransport, Client, ExecutionResult, GraphQLRequest, RequestsHTTPTransport, TransportError

from ..servers.wire import Script, WireConnection, WireServer, always, answer

PATIENCE = 30.0  # seconds that a call may take when the test is not about time
OK = {"ok": True}

MakeClient = Callable[..., Client]


def by_aiohttp(url: str, *, execute_timeout: float | None = PATIENCE, **options: Any) -> Client:
    """Return a client over ``AIOHTTPTransport``."""
    return Client(transport=AIOHTTPTransport(url, **options), execute_timeout=execute_timeout)


def by_requests(url: str, *, execute_timeout: float | None = PATIENCE, **options: Any) -> Client:
    """Return a client over ``RequestsHTTPTransport``."""
    return Client(transport=RequestsHTTPTransport(url, **options), execute_timeout=execute_timeout)


def get_option(make_client: MakeClient) -> dict[str, Any]:
    """Return the option of the transport that has queries sent by GET."""
    return {"method": "GET"} if make_client is by_requests else {"use_get_for_queries": True}


def once(wire: bytes) -> Script:
    """Return a script that answers one request with these bytes and closes the connection."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(wire)

    return script


@contextlib.contextmanager
def attacked(make_client: MakeClient, hostile: bytes | Script, **options: Any) -> Iterator[Client]:
    """Yield a client whose first answer is *hostile*; at the end its next call must get the right answer."""
    script = always(hostile, answer()) if isinstance(hostile, bytes) else hostile
    with WireServer(script, always(answer())) as server, make_client(server.url, **options) as client:
        yield client
        if not isinstance(hostile, bytes):
            server.wait_for_scripts()  # so that the client can know that the connection is closed
        assert client.execute("{ ok }") == OK


def outcome(client: Client, request: str | GraphQLRequest = "{ ok }") -> ExecutionResult | TransportError:
    """Execute a query and return the answer or the error, which must be one of the package's."""
    try:
        return client.execute_result(request)
    except TransportError as error:
        return error


@contextlib.contextmanager
def bounded_memory(limit: int) -> Iterator[None]:
    """Check that Python never allocates more than *limit* bytes at once beyond what it had before."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < limit, f"{peak:,} bytes were allocated at once."


@contextlib.contextmanager
def bounded_growth(limit: int) -> Iterator[None]:
    """Check that the process never takes more than *limit* bytes beyond the most it ever had; slows nothing down."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    growth = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    assert growth < limit, f"The process grew by {growth:,} bytes."

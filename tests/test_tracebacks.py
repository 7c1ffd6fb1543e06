"""Tracebacks: they are short when a call fails, and the library's error is still the cause."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

import syncgql
from syncgql import (
    Client,
    ClientClosed,
    DocumentError,
    ReconnectPolicy,
    RequestsHTTPTransport,
    SyncGQLError,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
    merge,
)

from .fix_scripts import RunScript
from .fix_servers import Server
from .servers.wire import WireServer, always, answer

MAX_LINES = 15
MAX_FRAMES = 3
PACKAGE = str(Path(syncgql.__file__).parent)
NOWHERE = "http://127.0.0.1:9/graphql"
SCHEMA = "type Query { hello: String }"
PAGES = "query ($after: String) { rows(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }"


def check(call: Callable[[], object], expected: type[SyncGQLError]) -> SyncGQLError:
    """Make a call that fails, and inspect the traceback."""
    with pytest.raises(expected) as caught:
        call()
    error = caught.value
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(PACKAGE)]
    assert len(frames) <= MAX_FRAMES, [frame.name for frame in frames]
    # Not the complete output, which begins with two frames of this module and pytest.
    printed = "".join(traceback.format_exception(error)).splitlines()
    # The number of lines that Python marks with ~~~^^^ depends on its version.
    lines = [line for line in printed if not re.fullmatch(r" *[~^]+", line)]
    # A syntax error shows the place in the document, in the message and in that of its cause.
    more = str(error).count("\n") + str(error.__cause__).count("\n")
    assert len(lines) <= MAX_LINES + 6 + more, "\n".join(lines)
    return error


@pytest.mark.parametrize("by_requests", [False, True], ids=["aiohttp", "requests"])
def test_a_refused_connection(by_requests: bool) -> None:
    """The library's error is the cause, with its data and without its frames."""
    with Client(transport=RequestsHTTPTransport(NOWHERE)) if by_requests else Client(NOWHERE) as client:
        error = check(lambda: client.execute("{ a }"), TransportConnectionFailed)
        check(lambda: client.execute_result("{ a }"), TransportConnectionFailed)
        check(lambda: client.execute_batch(["{ a }"]), TransportConnectionFailed)
        check(lambda: client.submit("{ a }").result(30), TransportConnectionFailed)
        check(lambda: client.schema, TransportConnectionFailed)
        check(lambda: client.query.book("title"), TransportConnectionFailed)
        check(lambda: list(client.paginate(PAGES)), TransportConnectionFailed)
        check(lambda: next(client.paginate(PAGES).pages()), TransportConnectionFailed)
        check(lambda: list(client.execute_many(["{ a }"])), TransportConnectionFailed)
        check(lambda: next(client.poll("{ a }", interval=1)), TransportConnectionFailed)
    cause = error.__cause__
    assert isinstance(cause, Exception)
    assert cause.__traceback__ is None
    if not by_requests:
        assert isinstance(cause, aiohttp.ClientConnectorError)
        assert cause.port == 9


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (answer(b"no", status="500 Internal Server Error"), TransportServerError),
        (answer(b"no", status="401 Unauthorized"), TransportAuthenticationError),
        (answer(b"<html>"), TransportProtocolError),
        (answer(b'{"errors": [{"message": "no"}]}'), TransportQueryError),
    ],
    ids=["server", "credentials", "protocol", "query"],
)
def test_error_responses(response: bytes, expected: type[SyncGQLError]) -> None:
    """This holds for all kinds of error responses."""
    with WireServer(always(response)) as server, Client(server.url) as client:
        check(lambda: client.execute("{ a }"), expected)
        check(lambda: client.submit("{ a }").result(30), expected)
        check(lambda: list(client.execute_many(["{ a }"])), expected)
        check(lambda: next(client.poll("{ a }", interval=1)), expected)


@pytest.mark.parametrize("by_threads", [False, True], ids=["loop", "threads"])
def test_bulk_requests(by_threads: bool, strawberry_server: Server) -> None:
    """This holds for bulk operations, with and without worker threads, and for requests that cannot be sent."""
    with Client(strawberry_server.url, retry=by_threads, schema=SCHEMA) as client:
        check(lambda: list(client.execute_many(["{ hello }", "{ bye }"])), DocumentError)
        check(lambda: list(client.execute_many(["{ hello "])), DocumentError)
        check(lambda: next(client.poll("{ bye }", interval=1)), DocumentError)
        check(lambda: list(client.paginate(PAGES)), DocumentError)
    with Client(strawberry_server.url, retry=by_threads) as client:
        check(lambda: list(client.execute_many(["{ hello }", "{ fail }"])), TransportQueryError)
        check(lambda: next(client.poll("{ fail }", interval=1)), TransportQueryError)
        check(lambda: list(client.poll("{ hello }", interval=600, timeout=0.1)), TransportTimeout)
        check(lambda: list(client.execute_many(["{ sleep(seconds: 60) }"], timeout=0.1)), TransportTimeout)
        iterators = [client.execute_many(["{ hello }"]), client.poll("{ hello }", interval=1), client.paginate(PAGES)]
    for iterator in iterators:
        check(lambda iterator=iterator: next(iterator), ClientClosed)  # type: ignore[misc]


def test_a_timeout_and_a_closed_client(strawberry_server: Server) -> None:
    """This holds for errors without a response."""
    client = Client(strawberry_server.url)
    check(lambda: client.execute("{ sleep(seconds: 60) }", timeout=0.1), TransportTimeout)
    client.close()
    check(lambda: client.execute("{ hello }"), ClientClosed)


def test_a_document_that_cannot_be_sent() -> None:
    """This holds for errors of checks before sending."""
    with Client(NOWHERE, schema=SCHEMA) as client:
        check(lambda: client.execute("{ hello "), DocumentError)
        check(lambda: client.execute("{ bye }"), DocumentError)
        check(lambda: client.query.hello("title"), DocumentError)


def test_subscriptions(strawberry_server: Server) -> None:
    """This holds for subscriptions that do not start, and for those that end with an error."""
    policy = ReconnectPolicy(base=0.01, cap=0.01)
    check(lambda: Client(NOWHERE, reconnect=policy).subscribe("subscription { count }"), TransportConnectionFailed)
    with Client(strawberry_server.url) as client:
        subscription = client.subscribe("subscription { nothing }")
        check(lambda: next(subscription), TransportQueryError)
        check(lambda: list(merge(client.subscribe("subscription { nothing }"))), TransportQueryError)


def test_the_whole_traceback_on_request(run_script: RunScript) -> None:
    """``SYNCGQL_FULL_TRACEBACK=1`` shows every frame."""
    script = f"from syncgql import Client\nClient({NOWHERE!r}).execute('{{ a }}')\n"
    short = run_script(script).stderr.splitlines()
    full = run_script(script, environment={**os.environ, "SYNCGQL_FULL_TRACEBACK": "1"}).stderr.splitlines()
    assert len(short) <= MAX_LINES
    assert len(full) > 3 * MAX_LINES
    assert short[-1] == full[-1]

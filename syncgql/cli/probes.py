"""Probes: requests that show which protocols a server speaks. They select only ``__typename``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import click

from syncgql import Client

from ..exceptions import TransportError, TransportQueryError, TransportTimeout
from ..protocol.graphql_errors import describe_errors
from ..result import ExecutionResult
from ..transport.selection.subscription_protocols import NAMES, WEBSOCKET_PROTOCOLS
from .connection import Connection
from .endpoints import Endpoint
from .option_names import in_options

QUERY = "{ __typename }"
SUBSCRIPTION = "subscription { __typename }"
DEFERRED = "{ ... @defer { __typename } }"
INTROSPECTION = "{ __schema { queryType { name } } }"

MEDIA_TYPES = ("application/json", "application/graphql-response+json")

# A server with automatic persisted queries refuses a document whose hash differs; others ignore the extension.
WRONG_HASH = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
_ABOUT_HASHES = re.compile("persisted|sha|hash", re.IGNORECASE)

Found = tuple[bool | None, str]


class Finding(NamedTuple):
    """The result of a probe: whether the server supports a feature, None if unknown, and a detail."""

    feature: str
    supported: bool | None
    detail: str


def probe(endpoint: Endpoint, connection: Connection) -> Iterator[Finding]:
    """Run the probes and yield their results.

    Raises:
        TransportError: the first probe, an ordinary query, got no response.
        click.UsageError: an option is not valid.
    """
    with connection.client(endpoint) as client:
        yield Finding("query", True, _described(client.execute_result(QUERY)))
        for media_type in MEDIA_TYPES:
            yield _try(media_type, lambda media_type=media_type: _media_type(client, media_type))  # type: ignore[misc]
        yield _try("batch", lambda: _batch(client))
        yield _try("automatic persisted queries", lambda: _persisted(client))
        yield _try("@defer", lambda: _defer(client))
        yield _try("introspection", lambda: _accepted(client.execute_result(INTROSPECTION)))
    yield _try("GET", lambda: _get(endpoint, connection))
    for protocol in NAMES:
        yield _try(f"subscriptions: {protocol}", lambda protocol=protocol: _subscribe(endpoint, connection, protocol))  # type: ignore[misc]


def _try(feature: str, function: Callable[[], Found]) -> Finding:
    try:
        return Finding(feature, *function())
    except (TransportError, ValueError, click.UsageError) as error:  # the last two if the URL excludes the feature
        return Finding(feature, False, in_options(str(error).partition("\n")[0], error))


def _described(result: ExecutionResult) -> str:
    if result.response is None:
        return "over a WebSocket"
    return f"HTTP {result.response.status} in {result.response.elapsed:.3f} s"


def _accepted(result: ExecutionResult) -> Found:
    if result.errors:
        return False, describe_errors(result.errors[:1])
    return True, _described(result)


def _media_type(client: Client, media_type: str) -> Found:
    response = client.execute_result(QUERY, headers={"Accept": media_type}).response
    received = response.headers.get("Content-Type", "") if response else ""
    return received.partition(";")[0].strip() == media_type, received


def _batch(client: Client) -> Found:
    for result in client.execute_batch_results([QUERY, QUERY]):
        if isinstance(result, TransportError):
            raise result
        if result.errors:
            return _accepted(result)
    return True, ""


def _persisted(client: Client) -> Found:
    errors = client.execute_result(QUERY, extensions=WRONG_HASH).errors
    if not errors:
        return False, "the extension is ignored"
    message = describe_errors(errors[:1])
    return _ABOUT_HASHES.search(message) is not None, message


def _defer(client: Client) -> Found:
    with client.stream_results(DEFERRED) as results:
        first = results.next()
        if first.errors:
            return _accepted(first)
        return first.has_next, results.protocol if first.has_next else "the response came in one piece"


def _get(endpoint: Endpoint, connection: Connection) -> Found:
    with connection.client(endpoint, use_get_for_queries=True) as client:
        return _accepted(client.execute_result(QUERY))


def _subscribe(endpoint: Endpoint, connection: Connection, protocol: str) -> Found:
    is_websocket = protocol in WEBSOCKET_PROTOCOLS
    with (
        connection.client(endpoint, subscription_protocol=protocol, with_init_payload=is_websocket) as client,
        client.subscribe_results(SUBSCRIPTION) as events,
    ):
        try:
            outcome: ExecutionResult | TransportQueryError = events.next(connection.timeout or None)
        except StopIteration:
            return True, ""
        except TransportQueryError as error:
            outcome = error  # many servers refuse the operation, but within the protocol
        except TransportTimeout:
            return True, "no response to the operation"
    return _streamed(outcome, protocol)


def _streamed(outcome: ExecutionResult | TransportQueryError, protocol: str) -> Found:
    """Return whether the outcome of a subscription shows that the server has streams.

    Over HTTP, a server may refuse the operation with an ordinary response whether it has streams or not: many validate
    the operation first, and Strawberry without streams executes it as a query.
    """
    if outcome.response is None or not outcome.errors:
        return True, ""
    refusal = describe_errors(outcome.errors[:1])
    return None, f"refused before a stream could begin: {refusal}; try syncgql subscribe --protocol {protocol}"

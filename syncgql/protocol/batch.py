"""Query batching: several requests in one POST, with their responses in one array.

There is no adopted specification. Servers follow Apollo's batching link:
https://www.apollographql.com/docs/react/api/link/apollo-link-batch-http

Responses are matched to requests by position alone, so an array of the wrong length is rejected as a whole, and a wrong
order cannot be detected.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..exceptions import DocumentError, TransportError
from ..request import GraphQLRequest
from ..result import ExecutionResult, Response
from .graphql_response import MalformedResponse, data_or_raise, parse_response
from .http import (
    GRAPHQL_RESPONSE,
    REFUSING_STATUSES,
    HTTPResponse,
    begins_as_json,
    content_type,
    decode_json,
    is_json,
    protocol_error,
    read_http_response,
    server_error,
)
from .json_codec import CODEC_ERRORS, JSONDeserialize

BatchEntry = ExecutionResult | TransportError
"""The outcome of one request: its result, or the error if there is none."""


def batch_payload(requests: Sequence[GraphQLRequest]) -> list[dict[str, Any]]:
    """Return the payload of a batch.

    Raises:
        DocumentError: there are no requests, or one of them has more than one response.
    """
    if not requests:
        raise DocumentError("A batch must contain at least one request.")
    for number, request in enumerate(requests, 1):
        if several := has_several_responses(request):
            raise DocumentError(
                f"Request {number} of {len(requests)} in the batch {several}, which is not possible in a batch. "
                "Send it on its own."
            )
    return [request.payload for request in requests]


def has_several_responses(request: GraphQLRequest) -> str:
    """Return why a request has more than one response, or an empty string if it has one.

    Raises:
        DocumentError: the document had to be parsed and has a syntax error.
    """
    if request.is_subscription:
        return "is a subscription"
    if request.has_directives and (directive := request.incremental_directive):
        return f"uses @{directive}"
    return ""


def parse_batch_response(response: HTTPResponse, *, count: int, json_deserialize: JSONDeserialize) -> list[BatchEntry]:
    """Read an HTTP response as the responses to *count* requests, and mask the credentials that the server repeats.

    Servers give the whole response the status of its worst entry, so an error status says nothing about a single entry.

    Returns:
        For each request its result, or an exception if its entry is not a GraphQL response. One object with errors
        instead of the array is the response to each request.

    Raises:
        TransportServerError: according to its status, the response is not a GraphQL response.
        TransportProtocolError: the response is not a GraphQL response, or does not have one entry for each request.
    """
    try:
        entries = _parse_entries(response, count, json_deserialize)
    except TransportError as error:
        response.mask.error(error)
        raise
    for entry in entries:
        if isinstance(entry, TransportError):
            response.mask.error(entry)
        elif entry.errors is not None:
            response.mask.errors(entry.errors)
    return entries


def _parse_entries(http: HTTPResponse, count: int, json_deserialize: JSONDeserialize) -> list[BatchEntry]:
    response, body = http.head, http.body
    media_type, charset = content_type(response.headers)
    is_failure = response.status >= 400
    # Whether status and media type promise a GraphQL response.
    is_trusted = response.status < 300 or (is_failure and media_type == GRAPHQL_RESPONSE)
    may_be_graphql = is_trusted or (is_failure and response.status not in REFUSING_STATUSES)
    entries = _parse_array(body, media_type, charset, json_deserialize) if may_be_graphql else None
    if entries is None:
        return _parse_single(response, body, count, json_deserialize)
    if len(entries) != count:
        rule = f"it has {len(entries)} entries for {count} requests"
        raise protocol_error(response, body, rule, "They cannot be matched.")
    results = [_parse_entry(entry, number, response, body) for number, entry in enumerate(entries, 1)]
    if is_trusted or any(isinstance(result, ExecutionResult) and result.errors for result in results):
        return results
    raise server_error(response, body, ", and none of its entries gives a reason.")


def results_or_raise(entries: Sequence[BatchEntry]) -> list[ExecutionResult]:
    """Return the entries if all of them are GraphQL responses.

    Raises:
        TransportError: an entry is not a GraphQL response; the first such error is raised.
    """
    for entry in entries:
        if isinstance(entry, TransportError):
            raise entry
    return [entry for entry in entries if isinstance(entry, ExecutionResult)]


def batch_data(results: Sequence[BatchEntry]) -> list[dict[str, Any]]:
    """Return the data of each entry.

    Raises:
        TransportQueryError: an entry has errors; the first such error is raised.
        TransportRateLimited: the errors of an entry report a rate limit.
        TransportError: an entry is not a GraphQL response.
    """
    data = []
    for number, entry in enumerate(results, 1):
        if isinstance(entry, TransportError):
            raise entry
        try:
            data.append(data_or_raise(entry))
        except TransportError as error:  # created for this entry
            error.message = f"Request {number} of {len(results)}: {error.message}"
            raise
    return data


def _parse_array(body: bytes, media_type: str, charset: str, json_deserialize: JSONDeserialize) -> list[Any] | None:
    """Return the entries of an array, or None if the body is something else."""
    if not (is_json(media_type) or begins_as_json(body, charset)):
        return None
    try:
        value = decode_json(body, charset, json_deserialize)
    except CODEC_ERRORS:
        return None
    return value if isinstance(value, list) else None


def _parse_single(response: Response, body: bytes, count: int, json_deserialize: JSONDeserialize) -> list[BatchEntry]:
    result = read_http_response(response, body, json_deserialize)
    if count > 1 and not result.errors:
        raise protocol_error(
            response, body, f"it is one response to {count} requests", "Does the server support batching?"
        )
    # Parsed for each request, because each result may be used in another thread. A deeply nested value can be read but
    # not copied.
    others = [read_http_response(response, body, json_deserialize) for _ in range(count - 1)]
    return [result, *others]


def _parse_entry(entry: Any, number: int, response: Response, body: bytes) -> BatchEntry:
    if isinstance(entry, dict) and "payload" in entry and not entry.keys() & {"data", "errors"}:
        entry = entry["payload"]  # Absinthe.Plug wraps each entry
    try:
        return parse_response(entry, response)
    except MalformedResponse as error:
        return protocol_error(response, body, f"entry {number} is not a GraphQL response: {error}", "")

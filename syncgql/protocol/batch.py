"""Query batching: several requests in one POST, their answers in one array.

There is no adopted specification; this is what Apollo's batching link does and servers agree on. Answers belong to
requests by their position alone, so an array of the wrong length answers none of them, and a wrong order cannot be
noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..exceptions import DocumentError, TransportError, TransportQueryError
from ..request import GraphQLRequest
from ..result import ExecutionResult, Response
from .graphql_response import MalformedResponse, data_or_raise, parse_response
from .http import (
    GRAPHQL_RESPONSE,
    REFUSING_STATUSES,
    content_type,
    decode_json,
    is_json,
    parse_answer,
    protocol_error,
    server_error,
)
from .json_codec import CODEC_ERRORS, JSONDeserialize

BatchEntry = ExecutionResult | TransportError
"""What became of one request: its answer, or why it got none."""


def batch_payload(requests: Sequence[GraphQLRequest]) -> list[dict[str, Any]]:
    """Return the payload of a batch.

    Raises:
        DocumentError: there are no requests, or one has more than one answer.
    """
    if not requests:
        raise DocumentError("A batch needs at least one request.")
    for number, request in enumerate(requests, 1):
        if several := has_several_answers(request):
            raise DocumentError(
                f"Request {number} of {len(requests)} in the batch {several}, which a batch cannot carry. "
                "Send it on its own."
            )
    return [request.payload for request in requests]


def has_several_answers(request: GraphQLRequest) -> str:
    """Say why a request has more than one answer; empty when it has one.

    Raises:
        DocumentError: a syntax error was met while looking closer.
    """
    # Parsing takes a thousand times longer than searching the text.
    if "subscription" in request.text and request.operation.operation.value == "subscription":
        return "is a subscription"
    directive = request.incremental_directive
    return f"uses @{directive}" if directive else ""


def parse_batch_answer(
    response: Response, body: bytes, count: int, json_deserialize: JSONDeserialize
) -> list[BatchEntry]:
    """Read an HTTP answer as the answers to *count* requests.

    Servers give the whole answer the status of its worst entry, so a status of failure says nothing about an entry.

    Returns:
        For each request its answer, or the exception that says why its entry is none. One object with errors in place
        of the array is the answer to each request.

    Raises:
        TransportServerError: the status says that it is no GraphQL answer.
        TransportProtocolError: it is none, or not one for each request.
    """
    entries = _entries(response, body, json_deserialize)
    if entries is None:
        return _parse_single(response, body, count, json_deserialize)
    if len(entries) != count:
        raise protocol_error(
            response, body, f"it has {len(entries)} answers to {count} requests", "None can be told from another."
        )
    results = [_parse_entry(entry, number, response, body) for number, entry in enumerate(entries, 1)]
    if _is_trusted(response) or any(isinstance(result, ExecutionResult) and result.errors for result in results):
        return results
    raise server_error(response, body, ", and nothing in its answers says why.")


def answers_or_raise(entries: Sequence[BatchEntry]) -> list[ExecutionResult]:
    """Return the entries, which must all be answers.

    Raises:
        TransportError: one is none; the first such is raised.
    """
    for entry in entries:
        if isinstance(entry, TransportError):
            raise entry
    return [entry for entry in entries if isinstance(entry, ExecutionResult)]


def batch_data(results: Sequence[BatchEntry]) -> list[dict[str, Any]]:
    """Return the data of each entry.

    Raises:
        TransportQueryError: an entry has errors; the first such is raised.
        TransportError: an entry is no answer.
    """
    return [_entry_data(entry, f"Request {number} of {len(results)}: ") for number, entry in enumerate(results, 1)]


def _entries(response: Response, body: bytes, json_deserialize: JSONDeserialize) -> list[Any] | None:
    """Return the entries of an array that may be an answer; None when it is something else."""
    if not _may_be_answer(response):
        return None
    try:
        value = decode_json(body, content_type(response.headers)[1], json_deserialize)
    except CODEC_ERRORS:
        return None
    return value if isinstance(value, list) else None


def _may_be_answer(response: Response) -> bool:
    media_type, _ = content_type(response.headers)
    status = response.status
    if _is_trusted(response):
        return not media_type or is_json(media_type)
    return is_json(media_type) and status >= 400 and status not in REFUSING_STATUSES


def _is_trusted(response: Response) -> bool:
    """Tell whether status and media type promise an answer."""
    if 300 <= response.status < 400:
        return False
    return response.status < 300 or content_type(response.headers)[0] == GRAPHQL_RESPONSE


def _parse_single(response: Response, body: bytes, count: int, json_deserialize: JSONDeserialize) -> list[BatchEntry]:
    result = parse_answer(response, body, json_deserialize)
    if count > 1 and not result.errors:
        raise protocol_error(
            response, body, f"it is one answer to {count} requests", "Does the server support batching?"
        )
    # One each, because every one of them may end in another thread. A deep value can be read, but not copied.
    others = [parse_answer(response, body, json_deserialize) for _ in range(count - 1)]
    return [result, *others]


def _parse_entry(entry: Any, number: int, response: Response, body: bytes) -> BatchEntry:
    if isinstance(entry, dict) and "payload" in entry and not entry.keys() & {"data", "errors"}:
        entry = entry["payload"]  # Absinthe.Plug wraps each entry
    try:
        return parse_response(entry, response)
    except MalformedResponse as error:
        return protocol_error(response, body, f"entry {number} is no GraphQL response: {error}", "")


def _entry_data(entry: BatchEntry, prefix: str) -> Any:
    if isinstance(entry, TransportError):
        raise entry
    try:
        return data_or_raise(entry)
    except TransportQueryError as error:
        raise TransportQueryError(
            prefix + error.message,
            errors=error.errors,
            data=error.data,
            extensions=error.extensions,
            response=error.response,
        ) from None

"""The GraphQL response, with the deviations of servers from the specification.

Follows https://spec.graphql.org/draft/#sec-Response
"""

from __future__ import annotations

from typing import Any

from ..exceptions import TransportError, TransportProtocolError, TransportQueryError
from ..request import GraphQLRequest
from ..result import ABSENT, ExecutionResult, Response, UndecodedResult
from ..typed.request import TypedRequest
from .graphql_errors import describe_errors, read_errors
from .rate_limits import is_throttled, throttled_error


class MalformedResponse(ValueError):
    """A value is not a GraphQL response; the message says why."""


def parse_response(value: Any, response: Response | None = None) -> ExecutionResult:
    """Read a decoded JSON value as a GraphQL response.

    ``errors`` are read by ``read_errors``; null and empty ones count as absent. If there are errors, ``data`` that is
    not an object counts as null, because PHP writes an empty object as ``[]``. ``extensions`` of another type are
    dropped, and unknown members are ignored.

    Raises:
        MalformedResponse: the value is not an object, has neither ``data`` nor ``errors``, or has ``data`` of another
            type and no errors.
    """
    if not isinstance(value, dict):
        raise MalformedResponse(f"expected an object, got {kind_of(value)}")
    data = value.get("data", ABSENT)
    if len(value) == 1 and isinstance(data, dict):
        return ExecutionResult(data, None, None, response)  # the usual response: only data
    errors = value.get("errors")
    if errors is not None:
        errors = read_errors(errors) or None
    if data is ABSENT and errors is None:
        raise MalformedResponse("it has neither data nor errors")
    if data is not ABSENT and data is not None and not isinstance(data, dict):
        if errors is None:
            raise MalformedResponse(f"data must be an object or null, not {kind_of(data)}")
        data = None
    extensions = value.get("extensions")
    return ExecutionResult(data, errors, extensions if isinstance(extensions, dict) else None, response)


def data_or_raise(result: ExecutionResult) -> Any:
    """Return the data of the result of a query or mutation.

    Raises:
        TransportQueryError: the result has errors; the exception has the partial data.
        TransportRateLimited: the errors report a rate limit.
        TransportProtocolError: the data is null or absent although there are no errors.
    """
    if result.errors is None:
        data = result.data
        if data is None:
            raise _null_data(
                result,
                "responded",
                "Does the server know the operation? execute_result() returns such a result.",
            )
        return data
    raise error_of(result)


def decoded_or_raise(result: ExecutionResult, request: GraphQLRequest) -> Any:
    """Return the data of the result of a query or mutation; if the request is typed, an instance of its class.

    Raises:
        TransportError: ``data_or_raise`` raises it.
        ResultError: the data does not match the type of the result.
    """
    if not isinstance(request, TypedRequest):
        return data_or_raise(result)
    # An undecoded result has data; reading it here would decode it into dicts.
    is_undecoded = isinstance(result, UndecodedResult) and result.text is not None
    if not is_undecoded or result.errors is not None:
        data_or_raise(result)
    return request.decode_result(result)


def event_data(result: ExecutionResult) -> Any:
    """Return the data of an event of a subscription.

    Raises:
        TransportQueryError: the event has errors; the exception has the partial data.
        TransportRateLimited: the errors report a rate limit.
        TransportProtocolError: the data is null or absent although there are no errors.
    """
    if result.errors is None:
        data = result.data
        if data is None:
            raise _null_data(
                result, "sent an event", "The subscription stays open; subscribe_results() returns such an event."
            )
        return data
    raise error_of(result)


def error_of(result: ExecutionResult) -> TransportError:
    """Return the exception for the errors of a result."""
    errors = result.errors or []
    if is_throttled(result):
        return throttled_error(result)
    return TransportQueryError(
        describe_errors(errors),
        errors=errors,
        data=result.data,
        extensions=result.extensions,
        response=result.response,
    )


def _null_data(result: ExecutionResult, acted: str, advice: str) -> TransportProtocolError:
    return TransportProtocolError(
        f"The server {acted} with null data and without an error, which the GraphQL specification does not allow. "
        f"{advice}",
        rule="null data comes with an error",
        received='{"data":null}' if result.has_data else "{}",
        response=result.response,
    )


def kind_of(value: Any) -> str:
    """Name the JSON type of a decoded value, with its article."""
    kinds = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")

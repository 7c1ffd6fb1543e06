"""The GraphQL response, as the GraphQL specification's section "Response" defines it and servers bend it."""

from __future__ import annotations

from typing import Any

from ..exceptions import DocumentError, TransportQueryError
from ..messages import EXCERPT_CHARACTERS, as_sentence, text_of
from ..request import GraphQLRequest
from ..result import ABSENT, ExecutionResult, Response

PATH_CHARACTERS = 200


class MalformedResponse(ValueError):
    """The value is not a GraphQL response; the message says why."""


def parse_response(value: Any, response: Response | None = None) -> ExecutionResult:
    """Read a decoded JSON value as a GraphQL response.

    ``errors`` that are null or empty count as absent, ``extensions`` that are no object are dropped, unknown members
    are ignored.

    Raises:
        MalformedResponse: it is no object, has neither ``data`` nor ``errors``, or one of them has the wrong type.
    """
    if not isinstance(value, dict):
        raise MalformedResponse(f"expected an object, got {kind_of(value)}")
    data = value.get("data", ABSENT)
    if len(value) == 1 and isinstance(data, dict):
        return ExecutionResult(data, None, None, response)  # as a rule: nothing but data
    errors = value.get("errors")
    if data is ABSENT and (errors is None or errors == []):
        raise MalformedResponse("it has neither data nor errors")
    if data is not ABSENT and data is not None and not isinstance(data, dict):
        raise MalformedResponse(f"data must be an object or null, not {kind_of(data)}")
    if errors is not None:
        check_errors(errors)
    extensions = value.get("extensions")
    return ExecutionResult(data, errors or None, extensions if isinstance(extensions, dict) else None, response)


def data_or_raise(result: ExecutionResult, request: GraphQLRequest | None = None) -> Any:
    """Return the data of a result without errors.

    Args:
        result: the answer.
        request: what was sent as a query or mutation; looked at only beside errors, for the advice.

    Raises:
        TransportQueryError: the result has errors; partial data is kept on it.
    """
    if result.errors is None:
        return result.data
    description = describe_errors(result.errors)
    if request is not None and _is_subscription(request):
        description = f"{as_sentence(description)} This document is a subscription; use client.subscribe()."
    raise TransportQueryError(
        description,
        errors=result.errors,
        data=result.data,
        extensions=result.extensions,
        response=result.response,
    )


def describe_errors(errors: list[dict[str, Any]]) -> str:
    """Say shortly what the errors say: the beginning of the first message, its path, and how many more there are."""
    first = errors[0]
    said = first.get("message") or first.get("error") or "The server gave no message."
    text = text_of(said, EXCERPT_CHARACTERS)
    path = first.get("path")
    if isinstance(path, list) and path:
        steps = ".".join(text_of(step, PATH_CHARACTERS) for step in path[:PATH_CHARACTERS])
        text += f" (at {text_of(steps, PATH_CHARACTERS)})"
    if len(errors) > 1:
        text += f" (and {len(errors) - 1} more, see .errors)"
    return text


def check_errors(errors: Any) -> None:
    """Raise MalformedResponse unless *errors* is a list of objects."""
    if not isinstance(errors, list):
        raise MalformedResponse(f"errors must be a list, not {kind_of(errors)}")
    for error in errors:
        if not isinstance(error, dict):
            raise MalformedResponse(f"every entry of errors must be an object, not {kind_of(error)}")


def kind_of(value: Any) -> str:
    """Name the JSON type of a decoded value, with its article."""
    kinds = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")


def _is_subscription(request: GraphQLRequest) -> bool:
    try:
        # Parsing takes a thousand times longer than searching the text.
        return "subscription" in request.text and request.operation_type == "subscription"
    except DocumentError:
        return False  # the server says what is wrong with it

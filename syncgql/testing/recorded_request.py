"""RecordedRequest: what a test wants to know about a request that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from multidict import CIMultiDict

from ..protocol.json_values import json_value, without_unset
from ..request import GraphQLRequest


def request_of(payload: Mapping[str, Any]) -> GraphQLRequest:
    """Return the request that a client sent, of the members of its JSON.

    Raises:
        TypeError: it is no object, has no document, or a member has the wrong type.
        DocumentError: the document is empty.
    """
    if not isinstance(payload, Mapping) or not isinstance(payload.get("query"), str):
        raise TypeError("it has no query.")
    return GraphQLRequest(
        payload["query"], payload.get("variables"), payload.get("operationName"), payload.get("extensions")
    )


def sent_request(request: GraphQLRequest) -> GraphQLRequest:
    """Return *request* as a server sees it, with JSON values for variables; files stay what they are."""
    return GraphQLRequest(request, variable_values=json_variables(request.variable_values or {}))


def json_variables(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return variables as JSON values, without those that are ``UNSET``."""
    written: dict[str, Any] = _written(without_unset(dict(variables)))
    return written


def _written(value: Any) -> Any:
    if isinstance(value, dict):
        return {_written(name): _written(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_written(member) for member in value]
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, Enum)):
        return value
    try:
        return _written(json_value(value))
    except TypeError:
        return value  # a file, or what only the codec of the client can write


@dataclass(frozen=True)
class RecordedRequest:
    """A request as a server would have seen it.

    Attributes:
        request: the document with its variables.
        headers: the headers, names without regard to case; for a subscription those of the WebSocket's upgrade.
        url: where it was sent.
        init_payload: the payload of ``connection_init``, for a subscription.
    """

    request: GraphQLRequest
    headers: Mapping[str, str] = field(default_factory=CIMultiDict)
    url: str = ""
    init_payload: Mapping[str, Any] | None = None

    @property
    def operation_name(self) -> str | None:
        """The operation's name; None when it has none."""
        name = self.request.operation.name
        return name.value if name else None

    @property
    def operation_type(self) -> str:
        """``query``, ``mutation`` or ``subscription``."""
        return self.request.operation_type

    @property
    def variables(self) -> Mapping[str, Any]:
        """The values of the variables; empty when there were none."""
        return self.request.variable_values or {}

    def __str__(self) -> str:
        return f"{self.operation_type} {self.operation_name or '(without a name)'}"

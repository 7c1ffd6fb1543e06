"""RecordedRequest: a request that a program under test has sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from multidict import CIMultiDict

from ..protocol.json_values import json_value, without_unset
from ..request import GraphQLRequest


def request_of(payload: Mapping[str, Any]) -> GraphQLRequest:
    """Return the request in *payload*, the JSON value that a client sent.

    Raises:
        TypeError: *payload* is not an object, has no query, or a member has the wrong type.
        DocumentError: the document is empty.
    """
    if not isinstance(payload, Mapping) or not isinstance(payload.get("query"), str):
        raise TypeError("it has no query")
    return GraphQLRequest(
        payload["query"], payload.get("variables"), payload.get("operationName"), payload.get("extensions")
    )


def sent_request(request: GraphQLRequest) -> GraphQLRequest:
    """Return *request* as a server receives it, with variables converted to JSON values but unchanged files."""
    return GraphQLRequest(request, variable_values=json_variables(request.variable_values or {}))


def json_variables(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return *variables* as JSON values, without ``UNSET``."""
    written: dict[str, Any] = _written(without_unset(dict(variables)))
    return written


def as_json(value: Any) -> Any:
    """Return *value* as a JSON value, with each file replaced by ``(file)``."""
    return json.loads(json.dumps(_written(value), default=lambda _: "(file)"))


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
        return value  # a file, or a value that only the client's own serializer can encode


@dataclass(frozen=True)
class RecordedRequest:
    """A request as a server receives it.

    Attributes:
        request: the document with its variables.
        headers: the headers, with case-insensitive names; for a subscription, those of the WebSocket upgrade request.
        url: the URL of the request.
        init_payload: for a subscription, the payload of ``connection_init``; None if there was none.
    """

    request: GraphQLRequest
    headers: Mapping[str, str] = field(default_factory=CIMultiDict)
    url: str = ""
    init_payload: Mapping[str, Any] | None = None

    @property
    def operation_name(self) -> str | None:
        """The name of the operation; None if it has none."""
        name = self.request.operation.name
        return name.value if name else None

    @property
    def operation_type(self) -> str:
        """``query``, ``mutation`` or ``subscription``."""
        return self.request.operation_type

    @property
    def variables(self) -> Mapping[str, Any]:
        """The values of the variables; empty if there are none."""
        return self.request.variable_values or {}

    def __repr__(self) -> str:
        # The values of headers and init_payload may be secrets, so only the names of headers are shown.
        return f"RecordedRequest({self.request!r}, headers={sorted(self.headers)})"

    def __str__(self) -> str:
        return f"{self.operation_type} {self.operation_name or '(anonymous)'}"

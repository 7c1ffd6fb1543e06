"""The names and attributes of spans and metrics, following OpenTelemetry's semantic conventions.

There are conventions for GraphQL servers (https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/) and for
HTTP clients (https://opentelemetry.io/docs/specs/semconv/http/http-spans/), but none for GraphQL clients. The name of a
span contains the name of the operation. The convention for servers advises against this, because a server receives
arbitrary names, but a client only sends the names in its program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from graphql import FloatValueNode, IntValueNode, Node, StringValueNode, Visitor, print_ast, visit

from ... import DocumentError, ExecutionResult, Operation, TransportServerError
from ..operation_names import type_and_name

URL = re.compile(r"\b(?:https?|wss?)://[^\s>'\"]+")
DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
MESSAGE_CHARACTERS = 1_000
"""The maximum length of the message of a GraphQL error in a span."""


def span_name(attributes: Mapping[str, Any]) -> str:
    """Return the name of the span with these attributes: ``query Books``, ``query`` or ``GraphQL Operation``."""
    kind, name = attributes.get("graphql.operation.type"), attributes.get("graphql.operation.name")
    return " ".join(part for part in (kind, name) if part) or "GraphQL Operation"


def operation_attributes(operation: Operation) -> dict[str, str | int]:
    """Return the attributes that are known before an operation is sent."""
    kind, name = type_and_name(operation)
    named = {"graphql.operation.type": kind, "graphql.operation.name": name}
    return {**server_attributes(operation), **{key: value for key, value in named.items() if value}}


def server_attributes(operation: Operation) -> dict[str, str | int]:
    """Return the host and port that an operation is sent to; empty if the transport does not expose its URL."""
    parts = _server(operation)
    if not parts.scheme:
        return {}
    return {"server.address": parts.hostname or "", "server.port": parts.port or DEFAULT_PORTS[parts.scheme]}


def has_headers(operation: Operation) -> bool:
    """Return whether an operation is sent as an HTTP request, which can have its own headers."""
    return _server(operation).scheme in {"http", "https"}


def _server(operation: Operation) -> SplitResult:
    url = URL.search(operation.deadline.where)
    return urlsplit("" if url is None else url.group())


def document_without_literals(operation: Operation) -> str | None:
    """Return the document with ``""`` and ``0`` in place of strings and numbers; None if it has a syntax error."""
    try:
        return print_ast(visit(operation.request.document, _Redaction()))
    except DocumentError:
        return None


class _Redaction(Visitor):
    def enter_string_value(self, node: StringValueNode, *_: Any) -> Node:
        return StringValueNode(value="")

    def enter_int_value(self, node: IntValueNode, *_: Any) -> Node:
        return IntValueNode(value="0")

    def enter_float_value(self, node: FloatValueNode, *_: Any) -> Node:
        return FloatValueNode(value="0")


def response_attributes(outcome: ExecutionResult | BaseException) -> dict[str, str | int]:
    """Return the attributes of the HTTP response; empty if there was none, for example over a WebSocket."""
    if not isinstance(outcome, ExecutionResult | TransportServerError) or outcome.response is None:
        return {}
    return {"http.response.status_code": outcome.response.status, "network.protocol.name": "http"}


def error_type(error: BaseException) -> str:
    """Return the ``error.type`` of an exception: the HTTP status as a string, or the name of the class."""
    if isinstance(error, TransportServerError) and error.code is not None:
        return str(error.code)
    return type(error).__qualname__


def graphql_error_type(error: Mapping[str, Any]) -> str:
    """Return the ``error.type`` of a GraphQL error: its ``extensions.code``, or ``GraphQLError``."""
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    return str(code) if isinstance(code, str | int) else "GraphQLError"


def graphql_error_attributes(error: Mapping[str, Any]) -> dict[str, str]:
    """Return the attributes of the span event for a GraphQL error."""
    attributes = {
        "error.type": graphql_error_type(error),
        "graphql.error.message": str(error.get("message", ""))[:MESSAGE_CHARACTERS],
    }
    path = error.get("path")
    if isinstance(path, list):
        attributes["graphql.error.path"] = ".".join(map(str, path))
    return attributes

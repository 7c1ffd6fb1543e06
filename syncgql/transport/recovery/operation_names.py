"""The names of the operations of one connection, for its log records."""

from __future__ import annotations

from collections.abc import Iterable

from ...exceptions import DocumentError
from ...request import GraphQLRequest

MAX_NAMES = 10
"""The number of names in a record. One connection may carry ten thousand operations, usually with few names."""


def operation_names(requests: Iterable[GraphQLRequest]) -> str | None:
    """Return the names of the operations in alphabetical order, separated by commas; None if they have no names."""
    documents = {(request.text, request.operation_name): request for request in requests}
    names = sorted({name for request in documents.values() if (name := _name(request)) is not None})
    if len(names) > MAX_NAMES:
        names[MAX_NAMES:] = [f"{len(names) - MAX_NAMES} more"]
    return ", ".join(names) or None


def _name(request: GraphQLRequest) -> str | None:
    if request.operation_name is not None:
        return request.operation_name
    try:
        name = request.operation.name
    except DocumentError:
        return None  # the server reports the error
    return None if name is None else name.value

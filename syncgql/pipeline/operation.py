"""Operation: a GraphQL operation with the options of its call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..deadline import Deadline
from ..request import GraphQLRequest


class Operation(NamedTuple):
    """One GraphQL operation on its way to the server.

    It is immutable; ``_replace`` returns a changed copy.

    Attributes:
        request: the document with its variables.
        deadline: of the call.
        headers: headers of this call; they take precedence over the client's.
        extra_args: arguments of this call for the HTTP library.
    """

    request: GraphQLRequest
    deadline: Deadline
    headers: Mapping[str, str] | None = None
    extra_args: Mapping[str, Any] | None = None

"""Operation: a GraphQL operation with the options of its call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..checks import check_count, check_mapping
from ..deadline import Deadline
from ..exceptions import DocumentError
from ..request import GraphQLRequest

__all__ = ["Operation"]


class Operation(NamedTuple):
    """One GraphQL operation on its way to the server.

    It is immutable; ``replace`` returns a changed copy.

    Attributes:
        request: the document with its variables.
        deadline: the time at which the call ends; ``deadline.left()`` returns the remaining seconds, None without a
            limit.
        headers: headers of this call, which take precedence over the client's. None if there are none.
        extra_args: arguments of this call for the HTTP library; None if there are none.
        attempt: the number of times that the operation has been sent, including this time: 1, or more for a retry.
        is_introspection: whether the operation is the client's own request for the schema.
        waited: the seconds for which this attempt has waited for the client's rate limit; 0 without one.
    """

    request: GraphQLRequest
    deadline: Deadline
    headers: Mapping[str, str] | None = None
    extra_args: Mapping[str, Any] | None = None
    attempt: int = 1
    is_introspection: bool = False
    waited: float = 0.0

    @property
    def kind(self) -> str:
        """``query``, ``mutation``, ``subscription``, or ``introspection`` for the client's own request for the schema.

        Raises:
            DocumentError: the document has a syntax error, or no operation of the given name.
        """
        return "introspection" if self.is_introspection else self.request.operation_type

    @property
    def name(self) -> str | None:
        """The name of the operation in the document; None for an operation without a name.

        Raises:
            DocumentError: the document has a syntax error, or no operation of the given name.
        """
        if self.request.operation_name:
            return self.request.operation_name
        name = self.request.operation.name
        return None if name is None else name.value

    def __repr__(self) -> str:
        # The values of headers and arguments may be secrets, so only their names are shown.
        headers, extra_args = sorted(self.headers or ()), sorted(self.extra_args or ())
        return f"Operation({self.request!r}, headers={headers}, extra_args={extra_args}, attempt={self.attempt})"

    def replace(
        self,
        *,
        request: GraphQLRequest | None = None,
        deadline: Deadline | None = None,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        attempt: int | None = None,
    ) -> Operation:
        """Return a copy with the given values; arguments that are None keep the current values.

        *headers* replaces all headers of the call. To add one, pass ``{**(operation.headers or {}), name: value}``.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: *attempt* is less than 1.
        """
        if not isinstance(request, GraphQLRequest | None):
            raise TypeError(f"request must be a GraphQLRequest, not {type(request).__name__}.")
        if not isinstance(deadline, Deadline | None):
            raise TypeError(f"deadline must be a Deadline, such as Deadline(5), not {type(deadline).__name__}.")
        return Operation(
            self.request if request is None else request,
            self.deadline if deadline is None else deadline,
            self.headers if headers is None else check_mapping("headers", headers),
            self.extra_args if extra_args is None else check_mapping("extra_args", extra_args),
            self.attempt if attempt is None else check_count("attempt", attempt, least=1),
            self.is_introspection,
            self.waited,
        )


def refuse_subscription(request: GraphQLRequest) -> None:
    """Check that a request, which may be a subscription, has one result.

    Some servers execute a subscription over HTTP as if it were a query: its field is null, and there is no error.

    Raises:
        DocumentError: the operation to run is a subscription. Another error in the document is left to the server.
    """
    try:
        is_subscription = request.is_subscription
    except DocumentError:
        return
    if is_subscription:
        raise DocumentError(
            "The operation is a subscription, which has more than one result; pass it to client.subscribe()."
        )

"""OperationExecutor: runs the requests of ``client.query`` and the like, with the options of their calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ..bulk.request_executor import RequestExecutor
from ..checks import check_mapping, check_seconds
from ..request import UNSET, GraphQLRequest, Unset
from ..result import ExecutionResult
from ..subscription import Subscription
from .operation import Operation

if TYPE_CHECKING:
    from graphql import GraphQLSchema

T = TypeVar("T")
Timeout = float | Unset | None


class Caller(Protocol):
    """The interface of a pipeline that an executor uses."""

    @property
    def schema(self) -> GraphQLSchema:
        """The server's schema."""

    def operation(
        self,
        request: GraphQLRequest,
        timeout: Timeout = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> Operation:
        """Return the operation of one call."""

    def execute(self, operation: Operation) -> ExecutionResult:
        """Run a query or mutation and return its result."""

    def subscribe(self, operation: Operation, convert: Callable[[ExecutionResult], T]) -> Subscription[T]:
        """Start a subscription whose iterator yields converted events."""

    def bulk_executor(
        self,
        timeout: Timeout = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> RequestExecutor:
        """Return an executor for the requests of one bulk operation."""


class OperationExecutor:
    """Runs requests that were built from the schema.

    Args:
        caller: the pipeline; it stays open while this object exists.
        timeout: the limit of each call, instead of the client's.
        headers: headers of each request.
        extra_args: further arguments of each request.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: *timeout* is not positive.
    """

    def __init__(
        self,
        caller: Caller,
        timeout: Timeout = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> None:
        self._caller = caller
        self._timeout = timeout if timeout is UNSET else check_seconds("timeout", timeout)
        self._headers = check_mapping("headers", headers)
        self._extra_args = check_mapping("extra_args", extra_args)

    def with_options(
        self,
        timeout: Timeout,
        headers: Mapping[str, str] | None,
        extra_args: Mapping[str, Any] | None,
    ) -> OperationExecutor:
        """Return an executor with other options; options that are not given are kept."""
        return OperationExecutor(
            self._caller,
            self._timeout if timeout is UNSET else timeout,
            self._headers if headers is None else headers,
            self._extra_args if extra_args is None else extra_args,
        )

    @property
    def schema(self) -> GraphQLSchema:
        """The server's schema."""
        return self._caller.schema

    def run(self, request: GraphQLRequest) -> ExecutionResult:
        """Run a query or mutation and return its result, including errors."""
        return self._caller.execute(self._caller.operation(request, self._timeout, self._headers, self._extra_args))

    def follow(self, request: GraphQLRequest, convert: Callable[[ExecutionResult], T]) -> Subscription[T]:
        """Start a subscription whose iterator yields converted events."""
        return self._caller.subscribe(self._caller.operation(request, self._timeout), convert)

    def bulk_executor(self) -> RequestExecutor:
        """Return an executor for the requests of one bulk operation."""
        return self._caller.bulk_executor(self._timeout, self._headers, self._extra_args)

    def __repr__(self) -> str:
        return repr(self._caller)

"""OperationCalls: builds and runs the operations of one kind, for proxies and prepared documents."""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from graphql import GraphQLSchema, get_nullable_type, is_list_type

from ..exceptions import DocumentError, SyncGQLError
from ..protocol.graphql_response import data_or_raise, event_data
from ..request import GraphQLRequest, Unset
from ..result import ExecutionResult, whole_result
from ..tracebacks import cut
from ..typed.request import TypedRequest, TypedResult
from .call_shape import ANONYMOUS, OperationHead
from .directive import Directive, checked_directives, checked_name
from .document import BuiltOperation, OperationBuilder
from .fields import Field, Fields, Selectable
from .schema_selection import is_result_type

if TYPE_CHECKING:
    from ..bulk.request_executor import RequestExecutor
    from ..subscription import Subscription

T = TypeVar("T")
Timeout = float | Unset | None


class Executor(Protocol):
    """The part of a client that the proxies use."""

    @property
    def schema(self) -> GraphQLSchema:
        """The server's schema."""

    def bulk_executor(self) -> RequestExecutor:
        """Return an executor for the requests of one bulk operation."""

    def run(self, request: GraphQLRequest) -> ExecutionResult:
        """Run a query or mutation and return its result, including errors."""

    def follow(self, request: GraphQLRequest, convert: Callable[[ExecutionResult], T]) -> Subscription[T]:
        """Start a subscription whose iterator yields converted events."""

    def with_options(
        self, timeout: Timeout, headers: Mapping[str, str] | None, extra_args: Mapping[str, Any] | None
    ) -> Executor:
        """Return an executor with these options for each call."""


class OperationCalls:
    """The calls of operations of one kind, with their options.

    Args:
        executor: the client.
        kind: ``query``, ``mutation`` or ``subscription``.
        builders: the client's builders by kind, which cache the documents of earlier calls.
        head: the name and directives of the operations.
    """

    def __init__(
        self, executor: Executor, kind: str, builders: dict[str, OperationBuilder], head: OperationHead = ANONYMOUS
    ) -> None:
        self.executor = executor
        self.kind = kind
        self._builders = builders
        self._head = head

    @property
    def builder(self) -> OperationBuilder:
        """The builder for the client's current schema."""
        try:
            schema = self.executor.schema
        except SyncGQLError as error:
            raise cut(error)
        builder = self._builders.get(self.kind)
        if builder is None or builder.schema is not schema:
            builder = self._builders[self.kind] = OperationBuilder(schema, self.kind)
        return builder

    def with_options(
        self,
        timeout: Timeout,
        headers: Mapping[str, str] | None,
        extra_args: Mapping[str, Any] | None,
        operation_name: str | None,
        directives: Iterable[Directive] | None,
    ) -> OperationCalls:
        """Return the same calls with other options; options that are not given are kept."""
        if self.kind == "subscription" and (headers is not None or extra_args is not None):
            raise TypeError(
                "A subscription does not accept headers= or extra_args=; pass headers= to the Client instead."
            )
        head = OperationHead(
            self._head.name if operation_name is None else checked_name(operation_name),
            self._head.directives if directives is None else checked_directives(directives),
        )
        executor = self.executor.with_options(timeout, headers, extra_args)
        return OperationCalls(executor, self.kind, self._builders, head)

    def build(self, *selections: Selectable, **nested: Selectable) -> BuiltOperation:
        """Return the operation that selects ``Fields(*selections, **nested)`` of the root type.

        Raises:
            DocumentError: a selection or a value does not match the schema.
        """
        try:
            return self.builder.build(Fields(*selections, **nested), self._head)
        except SyncGQLError as error:
            raise cut(error)

    def build_field(self, name: str, fields: Selectable, arguments: Mapping[str, Any]) -> BuiltOperation:
        """Return the operation that selects one field of the root type; if *fields* is a class, it returns an instance.

        Raises:
            DocumentError: a selection or a value does not match the schema.
            TypeError: there is no decoder for the class.
        """
        try:
            operation = self.builder.build(Fields(Field(name, fields=fields).with_arguments(arguments)), self._head)
            if isinstance(fields, type):
                self._check_is_object(name, fields)
        except SyncGQLError as error:
            raise cut(error)
        return operation.with_result(name, fields) if is_result_type(fields) else operation

    def _check_is_object(self, name: str, kind: type) -> None:
        """Check that a class is the result of one object; its selection would also fit a list of them."""
        root = self.builder.root
        field = root.fields.get(name) if root else None
        if field and is_list_type(get_nullable_type(field.type)) and typing.get_origin(kind) is None:
            raise DocumentError(f"{name} is a list: {field.type}. Pass list[{kind.__name__}].")

    def request(self, operation: BuiltOperation, variables: Mapping[str, Any]) -> GraphQLRequest:
        """Return the request to execute an operation.

        Raises:
            DocumentError: a variable is unknown, its value does not fit its type, or it is missing.
        """
        try:
            return operation.filled(variables)
        except SyncGQLError as error:
            raise cut(error)

    def value(
        self, operation: BuiltOperation, variables: Mapping[str, Any], pick: Callable[[dict[str, Any]], Any]
    ) -> Any:
        """Execute an operation and return what *pick* takes from its data; for a subscription, an iterator of these.

        An operation that declares the class of its result returns an instance of it.

        Raises what ``request``, ``Client.execute`` and ``Client.subscribe`` raise.
        """
        request = self.request(operation, variables)
        if isinstance(request, TypedRequest):
            pick = request.decode
        if self.kind != "subscription":
            return pick(data_or_raise(self.executor.run(request)))

        def event(result: ExecutionResult) -> Any:
            return pick(event_data(result))

        return self.executor.follow(request, event)

    def result(self, operation: BuiltOperation, variables: Mapping[str, Any]) -> Any:
        """Execute an operation and return the whole result; for a subscription, an iterator of whole results."""
        request = self.request(operation, variables)
        convert = functools.partial(TypedResult, request) if isinstance(request, TypedRequest) else whole_result
        if self.kind == "subscription":
            return self.executor.follow(request, convert)
        return convert(self.executor.run(request))

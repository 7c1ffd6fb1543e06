"""LocalSchemaTransport: execute operations against a schema in this process."""

from __future__ import annotations

import contextlib
import inspect
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from ..exceptions import DocumentError, TransportError, TransportProtocolError
from ..option_errors import fixed_options
from ..protocol.graphql_response import parse_response
from ..protocol.http import encode_request
from ..protocol.incremental_delivery import IncrementalDelivery
from ..protocol.json_codec import dumps, loads
from ..request import GraphQLRequest, parse_document
from ..result import ExecutionResult
from .base import AsyncTransport, EventSink, Stream, SubscribeStream

if TYPE_CHECKING:
    from graphql import GraphQLSchema

__all__ = ["LocalSchemaTransport"]


@fixed_options()
class LocalSchemaTransport(AsyncTransport):
    """Executes operations against a schema object, so that tests need no server.

    Requests and responses are converted to JSON and back, so values that a server could not receive or send fail here,
    too. Resolvers run on the thread of the client's event loop; a blocking resolver blocks all other calls of that
    client.

    Args:
        schema: a graphql-core, Ariadne, graphene or Strawberry schema. Strawberry schemas run with their extensions.
            For SDL text, which has no resolvers, pass ``graphql.build_schema(text)`` and *root_value*.
        root_value: the value that is passed to the resolvers of root fields. Root fields without a resolver are its
            items, if it is a dict, or its attributes.
        context_value: the value of ``info.context`` in all resolvers.

    Raises:
        TypeError: *schema* is not a schema of one of these libraries.
    """

    protocol = "local"

    def __init__(self, schema: Any, *, root_value: Any = None, context_value: Any = None) -> None:
        from ..schema.provider import core_schema

        core = core_schema(schema)
        if core is None:
            raise TypeError(
                "schema must be a graphql-core, Ariadne, graphene or Strawberry schema, "
                f"not {type(schema).__name__}. SDL text has no resolvers: pass graphql.build_schema(text) and the data "
                "as root_value=, or ariadne.make_executable_schema(text, ...)."
            )
        self._schema = schema
        is_strawberry = core is getattr(schema, "_schema", None)
        self._engine: Engine = StrawberryEngine(schema) if is_strawberry else CoreEngine(core)
        self._root_value = root_value
        self._context_value = context_value

    def __repr__(self) -> str:
        return f"LocalSchemaTransport({type(self._schema).__name__})"

    async def connect(self) -> None:
        """Do nothing; there is nothing to connect to."""

    async def close(self) -> None:
        """Do nothing; there is nothing to close."""

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Execute a query or mutation.

        Args:
            request: the request to execute.
            extra_args: not supported.

        Raises:
            DocumentError: the request cannot be encoded as JSON.
            TransportError: *extra_args* was given.
            TransportProtocolError: the result cannot be encoded as JSON.
        """
        if extra_args:
            raise TransportError("LocalSchemaTransport does not accept extra_args.", sent=False)
        result = await self._engine.execute(self._operation(request))
        if not _comes_in_parts(result):
            return _over_the_wire(result)
        delivery = IncrementalDelivery()
        async for payload in _payloads(result):
            delivery.feed(payload)
        return delivery.result()

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Execute a subscription.

        A query or mutation yields one event or, with ``@defer`` and ``@stream``, a snapshot after each part.

        Raises:
            DocumentError: the request cannot be encoded as JSON.
            TransportProtocolError: an event cannot be encoded as JSON.
        """
        stream = await self._engine.subscribe(self._operation(request))
        if _comes_in_parts(stream):
            delivery = IncrementalDelivery()
            async for payload in _payloads(stream):
                yield delivery.result(delivery.feed(payload))
            return
        if not isinstance(stream, AsyncIterator):
            yield _over_the_wire(stream)
            return
        # In graphql-core 3.2 this is not a generator but an iterator with aclose().
        async with contextlib.aclosing(cast(AsyncGenerator[Any, None], stream)) as events:
            async for event in events:
                yield _over_the_wire(event)

    def incremental_stream(
        self,
        request: GraphQLRequest,
        sink: EventSink,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> Stream:
        self.round_trip(request, headers=headers, extra_args=extra_args)  # refuses arguments that are not supported
        return SubscribeStream(self, request, sink)

    def _operation(self, request: GraphQLRequest) -> LocalOperation:
        payload = loads(encode_request(request.payload, dumps))
        return LocalOperation(
            request.text,
            payload.get("variables"),
            payload.get("operationName"),
            self._root_value,
            self._context_value,
        )


class LocalOperation(NamedTuple):
    """An operation for an engine: the decoded request, and the values for the resolvers."""

    query: str
    variable_values: dict[str, Any] | None
    operation_name: str | None
    root_value: Any
    context_value: Any

    @property
    def is_subscription(self) -> bool:
        """Whether the operation is a subscription; False for an invalid document, which ``execute`` reports."""
        try:
            request = GraphQLRequest(self.query, operation_name=self.operation_name)
            return request.operation_type == "subscription"
        except DocumentError:
            return False


class Engine(Protocol):
    """The interface of a library that executes operations."""

    async def execute(self, operation: LocalOperation) -> Any:
        """Return a graphql-core result; errors of the operation are part of it."""

    async def subscribe(self, operation: LocalOperation) -> Any:
        """Return an async generator of graphql-core results, or a single result."""


class StrawberryEngine:
    """Executes operations with Strawberry and its extensions."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema

    async def execute(self, operation: LocalOperation) -> Any:
        return await self._schema.execute(**operation._asdict())

    async def subscribe(self, operation: LocalOperation) -> Any:
        if operation.is_subscription:
            return await self._schema.subscribe(**operation._asdict())
        return await self.execute(operation)


class CoreEngine:
    """Executes operations with graphql-core."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        # graphql() does not execute operations on a schema that has one of these directives.
        self._is_incremental = any(directive.name in ("defer", "stream") for directive in schema.directives)

    async def execute(self, operation: LocalOperation) -> Any:
        from graphql import graphql

        if self._is_incremental and (result := self._execute_in_parts(operation)) is not None:
            return await result if inspect.isawaitable(result) else result
        return await graphql(
            self._schema,
            operation.query,
            root_value=operation.root_value,
            context_value=operation.context_value,
            variable_values=operation.variable_values,
            operation_name=operation.operation_name,
        )

    def _execute_in_parts(self, operation: LocalOperation) -> Any:
        """Execute an operation that may use ``@defer`` or ``@stream``; None if the document is not valid."""
        from graphql import validate

        try:
            from graphql.execution import experimental_execute_incrementally
        except ImportError:  # graphql-core 3.2, which does not know the directives
            return None
        try:
            document = parse_document(operation.query)
        except DocumentError:
            return None
        if validate(self._schema, document):
            return None
        return experimental_execute_incrementally(
            self._schema,
            document,
            root_value=operation.root_value,
            context_value=operation.context_value,
            variable_values=operation.variable_values,
            operation_name=operation.operation_name,
        )

    async def subscribe(self, operation: LocalOperation) -> Any:
        from graphql import subscribe, validate

        if not operation.is_subscription:
            return await self.execute(operation)
        document = parse_document(operation.query)
        if validate(self._schema, document):
            return await self.execute(operation)
        # A coroutine function in graphql-core 3.2; a function that may return an awaitable in 3.3.
        stream: Any = subscribe(
            self._schema,
            document,
            root_value=operation.root_value,
            context_value=operation.context_value,
            variable_values=operation.variable_values,
            operation_name=operation.operation_name,
        )
        return await stream if inspect.isawaitable(stream) else stream


# Requests may contain Python values that syncgql converts; responses must be JSON already.
encode_response = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _comes_in_parts(result: Any) -> bool:
    """Return whether a graphql-core result is the beginning of a response in parts."""
    try:
        from graphql.execution import ExperimentalIncrementalExecutionResults
    except ImportError:  # graphql-core 3.2
        return False
    return isinstance(result, ExperimentalIncrementalExecutionResults)


async def _payloads(result: Any) -> AsyncGenerator[Any, None]:
    """Yield the payloads of a response in parts, as they arrive from a server."""
    yield _json(result.initial_result.formatted)
    async with contextlib.aclosing(result.subsequent_results) as payloads:
        async for payload in payloads:
            yield _json(payload.formatted)


def _json(payload: Any) -> Any:
    try:
        return loads(encode_response(payload))
    except (TypeError, ValueError, RecursionError) as error:
        raise TransportProtocolError(
            f"The schema returned a result that cannot be encoded as JSON: {error}",
            rule="a response is JSON",
            received=repr(payload),
        ) from error


def _over_the_wire(result: Any) -> ExecutionResult:
    """Encode a graphql-core result as JSON and parse it, as a server and a client would."""
    response = {"data": result.data, "errors": [error.formatted for error in result.errors or ()] or None}
    if result.extensions:
        response["extensions"] = result.extensions
    return parse_response(_json(response))
